import { type Command, InvalidArgumentError } from 'commander';
import { counted } from '../../core/units/counted.ts';
import { type Api, withApi } from '../api.ts';
import { findPeer, findUser } from '../find.ts';
import {
  explain,
  formatBytes,
  formatInstant,
  parseInstant,
  print,
  printTable,
  type Traffic,
  WrongUse,
} from '../output.ts';

interface Effect {
  readonly traffic: Traffic;
  readonly holders: readonly {
    readonly name: string;
    readonly traffic: Traffic;
    readonly shownBefore: Traffic;
    readonly shownAfter: Traffic;
  }[];
  readonly days: number;
  readonly wholeDays: number;
  readonly estimatedBytes: number;
}

interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly at: string;
  readonly by: { readonly name: string | null } | null;
  readonly reason: string;
  readonly effect: Effect;
  readonly undoes: string | null;
  readonly undoneBy: string | null;
}

export interface Outcome {
  readonly applied: boolean;
  readonly entry: Entry | null;
  readonly effect: Effect;
}

interface Aside {
  readonly id: string;
  readonly at: string;
  readonly reason: string;
  readonly traffic: Traffic;
  readonly peerName: string | null;
  readonly nodeName: string | null;
  readonly userToken?: string | null;
  readonly server?: string | null;
  readonly userName?: string | null;
  readonly decided: { readonly kind: string; readonly entryId: string } | null;
}

interface AddOptions {
  readonly user?: string;
  readonly peer?: string;
  readonly token?: string;
  readonly server?: string;
  readonly from?: string;
  readonly to?: string;
  readonly up?: number;
  readonly down?: number;
  readonly total?: number;
  readonly reason: string;
  readonly preview?: boolean;
  readonly json?: boolean;
}

interface DecideOptions {
  readonly reason: string;
  readonly beforeXpert?: boolean;
  readonly preview?: boolean;
  readonly json?: boolean;
}

/** Verbs that add to the ledger by hand; all of it can be undone. */
export function addCorrectionCommands(program: Command): void {
  const correction = program
    .command('correction')
    .description('bytes added or taken by hand, as entries that can be undone');
  correction
    .command('add')
    .description('add bytes to what was counted, or take some (negative)')
    .option('--user <user>', 'whose bytes')
    .option('--peer <peer>', 'or of which peer')
    .option('--token <token>', 'or reported under which token that nobody owns')
    .option('--server <server>', 'what carried them: HOST:PORT/PROTOCOL')
    .option('--from <instant>', 'when they began to flow, RFC 3339 (default: the instant --to)', parseInstant)
    .option('--to <instant>', 'when they ended (default: now)', parseInstant)
    .option('--up <bytes>', 'uploaded by the user: 1500, 2GiB, -512MiB', parseSize)
    .option('--down <bytes>', 'downloaded by the user', parseSize)
    .option('--total <bytes>', 'instead, where the direction is not known', parseSize)
    .requiredOption('--reason <text>', 'why')
    .option('--preview', 'only say what it would do')
    .option('--json', 'answer as JSON')
    .action((options: AddOptions) => withApi((api) => add(api, options)));
  correction
    .command('list')
    .description('corrections, decisions and rebindings, newest first')
    .option('--user <user>', 'only of this user')
    .option('--json', 'answer as JSON')
    .action((options: { user?: string; json?: boolean }) => withApi((api) => list(api, options)));
  correction
    .command('undo <entry>')
    .description('undo an entry by its opposite')
    .option('--reason <text>')
    .option('--preview', 'only say what it would do')
    .option('--json', 'answer as JSON')
    .action((id: string, { json, ...body }: { reason?: string; preview?: boolean; json?: boolean }) =>
      withApi(async (api) =>
        tell(api, await api.post(`/api/v1/corrections/${encodeURIComponent(id)}/undo`, body), json),
      ),
    );
  addAsideCommands(program, 'quarantine', 'implausible reports and readings: kept, not counted');
  addAsideCommands(program, 'baseline', 'what counters already showed where counting began');
}

function addAsideCommands(program: Command, what: 'quarantine' | 'baseline', description: string): void {
  const resource = what === 'baseline' ? 'baselines' : what;
  const command = program.command(what).description(description);
  command
    .command('list')
    .description('what was set aside, and what became of it')
    .option('--json', 'answer as JSON')
    .action((options: { json?: boolean }) => withApi((api) => listAside(api, resource, options)));
  for (const decision of ['book', 'dismiss'] as const) {
    const verb = command
      .command(`${decision} <id>`)
      .description(decision === 'book' ? 'count it after all' : 'leave it uncounted for good')
      .requiredOption('--reason <text>', 'why')
      .option('--preview', 'only say what it would do')
      .option('--json', 'answer as JSON');
    if (what === 'baseline' && decision === 'book') verb.option('--before-xpert', 'also what flowed before Xpert');
    verb.action((id: string, { json, ...options }: DecideOptions) =>
      withApi(async (api) => {
        const path = `/api/v1/${resource}/${encodeURIComponent(id)}/decision`;
        tell(api, await api.post(path, { decision, ...options }), json);
      }),
    );
  }
}

async function add(api: Api, options: AddOptions): Promise<void> {
  const { user, peer, token, server, from, to, up, down, total, reason, preview, json } = options;
  const body = {
    ...(user === undefined ? {} : { userId: (await findUser(api, user)).id }),
    ...(peer === undefined ? {} : { peerId: (await findPeer(api, peer)).id }),
    ...(token === undefined ? {} : { userToken: token }),
    ...(server === undefined ? {} : parseServer(server)),
    ...{ from, to, rxBytes: up, txBytes: down, totalBytes: total, reason, preview },
  };
  tell(api, await api.post('/api/v1/corrections', body), json);
}

/** What an entry did, or would do. */
export function tell(api: Api, { applied, entry, effect }: Outcome, json: boolean | undefined): void {
  if (json) {
    print(api.lastText());
    return;
  }
  for (const { name, traffic, shownBefore, shownAfter } of effect.holders) {
    const change = `${traffic.totalBytes < 0 ? '' : '+'}${formatBytes(traffic.totalBytes)}`;
    print(`${name}: ${change} (${formatBytes(shownBefore.totalBytes)} -> ${formatBytes(shownAfter.totalBytes)} shown)`);
  }
  if (effect.holders.length === 0) print('No bytes change.');
  if (effect.wholeDays > 0)
    print(`Of ${effect.wholeDays} of ${counted(effect.days, 'day')} only the sums are left and change.`);
  if (effect.estimatedBytes > 0) print(`${formatBytes(effect.estimatedBytes)} of it are placed by time alone.`);
  print(applied ? `Done. Undo: xpert correction undo ${entry?.id}` : 'Nothing was changed: this was a preview.');
}

async function list(api: Api, options: { user?: string; json?: boolean }): Promise<void> {
  const query = options.user === undefined ? '' : `&user=${encodeURIComponent((await findUser(api, options.user)).id)}`;
  const items = await api.all<Entry>(`/api/v1/corrections?limit=200${query}`);
  if (options.json) return print(JSON.stringify({ items }));
  if (items.length === 0) return explain('Nothing was ever corrected.');
  printTable(
    ['ID', 'AT', 'KIND', 'BYTES', 'WHOSE', 'BY', 'STATE', 'REASON'],
    items.map(({ id, at, kind, effect, by, undoes, undoneBy, reason }) => [
      id,
      formatInstant(at),
      kind,
      formatBytes(effect.traffic.totalBytes),
      effect.holders.map(({ name }) => name).join(', '),
      by?.name ?? '—',
      undoes !== null ? `undoes ${undoes}` : undoneBy === null ? 'holds' : 'undone',
      reason,
    ]),
  );
}

async function listAside(api: Api, resource: string, options: { json?: boolean }): Promise<void> {
  const items = await api.all<Aside>(`/api/v1/${resource}?limit=200`);
  if (options.json) return print(JSON.stringify({ items }));
  if (items.length === 0) return explain('Nothing was set aside.');
  printTable(
    ['ID', 'AT', 'WHAT', 'WHERE', 'BYTES', 'WHY', 'STATE'],
    items.map((item) => [
      item.id,
      formatInstant(item.at),
      item.peerName ?? item.userToken ?? '—',
      item.nodeName ?? item.server ?? '—',
      formatBytes(item.traffic.totalBytes),
      item.reason,
      item.decided === null ? 'open' : item.decided.kind === 'booking' ? 'booked' : 'dismissed',
    ]),
  );
}

function parseServer(text: string): { server: string; port: number; protocol: string } {
  const [, server, port, protocol] = /^(.+):(\d+)\/([^/]+)$/.exec(text) ?? [];
  if (server !== undefined && port !== undefined && protocol !== undefined)
    return { server, port: Number(port), protocol };
  throw new WrongUse(`"${text}" is not a server.`, 'Write it like vpn.example.com:443/vless.');
}

const UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** Bytes with a unit or without; negative takes them. */
export function parseSize(text: string): number {
  const [, number, unit = 'B'] = /^([+-]?\d+(?:\.\d+)?) ?(B|KiB|MiB|GiB|TiB)?$/.exec(text) ?? [];
  const bytes = Math.round(Number(number) * (UNITS[unit] ?? Number.NaN));
  if (number === undefined || !Number.isSafeInteger(bytes))
    throw new InvalidArgumentError('Write it like 1500, 2GiB or -512MiB.');
  return bytes;
}
