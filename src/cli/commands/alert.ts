import type { Command } from 'commander';
import { type Api, withApi } from '../api.ts';
import { explain, formatInstant, parseCount, print, printTable } from '../output.ts';

interface Alert {
  readonly id: string;
  readonly severity: string;
  readonly topic: string;
  readonly message: string;
  readonly node: { readonly name: string | null } | null;
  readonly user: { readonly name: string | null } | null;
  readonly openedAt: string;
  readonly endedAt: string | null;
  readonly acknowledged: object | null;
  readonly muted: object | null;
}

interface ListOptions {
  readonly history?: boolean;
  readonly json?: boolean;
}

export function addAlertCommands(program: Command): void {
  const alert = program.command('alert').description('what needs a look');
  alert
    .command('list')
    .description('alerts that are open, the latest first')
    .option('--history', 'those that are over, too: the last 100')
    .option('--json', 'answer as JSON')
    .action((options: ListOptions) => withApi((api) => list(api, options)));
  alert
    .command('acknowledge <id>')
    .description('say that somebody sees to it')
    .action((id: string) =>
      withApi(async (api) => {
        await api.put(`/api/v1/alerts/${encodeURIComponent(id)}/acknowledged`, { acknowledged: true });
        print('Acknowledged: it stays open until it is mended.');
      }),
    );
  alert
    .command('mute <id>')
    .description('do not tell of it, also when it comes again')
    .option('--hours <hours>', 'for so long (default: until it is taken back)', parseCount)
    .option('--off', 'tell of it again')
    .action((id: string, options: { hours?: number; off?: boolean }) => withApi((api) => mute(api, id, options)));
}

async function list(api: Api, { history = false, json = false }: ListOptions): Promise<void> {
  const { items } = await api.get<{ items: Alert[] }>(`/api/v1/alerts?state=${history ? 'all' : 'open'}&limit=100`);
  if (json) return print(api.lastText());
  if (items.length === 0) return explain('Nothing needs a look.');
  printTable(
    ['SINCE', 'UNTIL', 'SEVERITY', 'WHAT', 'ABOUT', 'STATE', 'ID'],
    items.map(({ openedAt, endedAt, severity, topic, node, user, acknowledged, muted, id }) => [
      formatInstant(openedAt),
      formatInstant(endedAt),
      severity,
      topic,
      user?.name ?? node?.name ?? '',
      muted !== null ? 'muted' : acknowledged !== null ? 'acknowledged' : '',
      id,
    ]),
  );
  for (const { id, message } of items.filter(({ endedAt }) => endedAt === null)) explain(`${id}: ${message}`);
}

async function mute(api: Api, id: string, options: { hours?: number; off?: boolean }): Promise<void> {
  const isMuted = options.off !== true;
  const { hours = null } = options;
  await api.put(`/api/v1/alerts/${encodeURIComponent(id)}/muted`, { muted: isMuted, hours });
  print(isMuted ? 'Muted.' : 'It is told again.');
}
