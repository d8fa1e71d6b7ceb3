import type { Command } from 'commander';
import { counted } from '../../core/units/counted.ts';
import { type Api, withApi } from '../api.ts';
import { formatInstant, print } from '../output.ts';

interface Trusted {
  readonly servers: readonly string[];
}

interface Settings {
  readonly tracking: { readonly enabled: boolean; readonly since: string };
  readonly timeZone: string;
  readonly nextTimeZone: { readonly timeZone: string; readonly from: string } | null;
  readonly billingCycle: string;
  readonly retentionDays: number;
}

/** What holds for everything, and may be changed while the server runs. */
export function addSettingsCommands(program: Command): void {
  const settings = program.command('settings').description('what holds for everything');
  settings
    .command('show')
    .description('settings as they hold now')
    .option('--json', 'answer as JSON')
    .action((options: { json?: boolean }) => withApi((api) => show(api, options)));
  settings
    .command('time-zone <zone>')
    .description('days and billing cycles of this zone, from the next midnight on; days before stay as they were')
    .action((timeZone: string) => withApi((api) => setTimeZone(api, timeZone)));
  settings
    .command('cycle <cycle>')
    .description('billing cycle where no other is asked for: month, month:15, week:sat, days:30@2026-11-01, …')
    .action((cycle: string) =>
      withApi(async (api) => {
        const set = await api.put<{ cycle: string }>('/api/v1/settings/cycle', { cycle });
        print(`Billing cycle: ${set.cycle}.`);
      }),
    );
  settings
    .command('trusted-servers [servers...]')
    .description('servers whose unsigned reports may limit users; these and no others. Without a word: shows them')
    .option('--none', 'trust no server')
    .action((servers: string[], { none = false }: { none?: boolean }) =>
      withApi(async (api) => {
        const path = '/api/v1/settings/trusted-servers';
        const isAsked = servers.length === 0 && !none;
        const now = isAsked ? await api.get<Trusted>(path) : await api.put<Trusted>(path, { servers });
        print(
          now.servers.length === 0 ? 'No server is trusted: unsigned reports limit nobody.' : now.servers.join('\n'),
        );
      }),
    );
}

async function show(api: Api, options: { json?: boolean }): Promise<void> {
  const { tracking, timeZone, nextTimeZone, billingCycle, retentionDays } = await api.get<Settings>('/api/v1/settings');
  if (options.json) return print(api.lastText());
  print(`tracking: ${tracking.enabled ? 'on' : 'off'} since ${formatInstant(tracking.since)}`);
  print(`time zone: ${timeZone}${next(nextTimeZone)}`);
  print(`billing cycle: ${billingCycle}`);
  print(`15-minute records: ${retentionDays === 0 ? 'kept for ever' : `kept for ${counted(retentionDays, 'day')}`}`);
}

async function setTimeZone(api: Api, zone: string): Promise<void> {
  const set = await api.put<Pick<Settings, 'timeZone' | 'nextTimeZone'>>('/api/v1/settings/time-zone', {
    timeZone: zone,
  });
  print(`Time zone: ${set.timeZone}${next(set.nextTimeZone)}.`);
}

function next(change: Settings['nextTimeZone']): string {
  return change === null ? '' : `, ${change.timeZone} from ${formatInstant(change.from)} on`;
}
