import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { type Api, withApi } from '../api.ts';
import { findUser } from '../find.ts';
import { explain, formatBytes, formatInstant, print, printTable, type Traffic } from '../output.ts';

interface BilledTraffic extends Traffic {
  readonly billedBytes: number;
}

interface Cycle {
  readonly firstDay: string;
  readonly lastDay: string;
  readonly running: boolean;
}

interface Cycles {
  readonly timeZone: string;
  readonly resetsAt: string | null;
  readonly resetsInSeconds: number | null;
  readonly items: readonly (Cycle & { readonly traffic: BilledTraffic; readonly shown: BilledTraffic })[];
}

interface Statement extends Cycle {
  readonly timeZone: string;
  readonly total: BilledTraffic;
  readonly days: readonly { readonly date: string; readonly traffic: BilledTraffic; readonly hasGap: boolean }[];
  readonly places: readonly Place[];
  readonly lateAfterClosing: BilledTraffic | null;
  readonly resets: readonly { readonly at: string; readonly reason: string | null; readonly undoneAt: string | null }[];
  readonly gaps: readonly { readonly nodeName: string | null; readonly from: string; readonly to: string | null }[];
}

interface Place {
  readonly nodeName: string | null;
  readonly deleted: boolean;
  readonly serviceName: string | null;
  readonly server: string;
  readonly port: number;
  readonly protocol: string;
  readonly traffic: BilledTraffic;
}

interface Options {
  readonly cycle?: string;
  readonly at?: string;
  readonly json?: boolean;
}

const CYCLE = [
  '--cycle <cycle>',
  'day, week:sat, month:15, jalali-month:1, days:30@DATE, year:07-01 (default: month)',
] as const;
const AT = ['--at <date>', 'a date or an instant in the cycle (default: now)'] as const;

export function addStatementCommands(program: Command): void {
  program
    .command('cycles <user>')
    .description('what a user used in the last cycles, and when the running one ends')
    .option(...CYCLE)
    .option(...AT)
    .option('--count <count>', 'how many', parseCount, 12)
    .option('--json', 'answer as JSON')
    .action((user: string, options: Options & { count: number }) => withApi((api) => cycles(api, user, options)));
  program
    .command('statement <user>')
    .description('one cycle of a user by day and place, with everything that explains the figures')
    .option(...CYCLE)
    .option(...AT)
    .option('--html <file>', 'write a page to be printed')
    .option('--lang <language>', 'language of the page: en, ru, fa or zh', 'en')
    .option('--json', 'answer as JSON')
    .action((user: string, options: Options & { html?: string; lang: string }) =>
      withApi((api) => statement(api, user, options)),
    );
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 60) throw new InvalidArgumentError('It must be 1 to 60.');
  return count;
}

function queryOf({ cycle, at }: Options, more: Readonly<Record<string, string>>): URLSearchParams {
  return new URLSearchParams({
    ...more,
    ...(cycle === undefined ? {} : { cycle }),
    ...(at === undefined ? {} : { at }),
  });
}

async function cycles(api: Api, which: string, options: Options & { count: number }): Promise<void> {
  const { id, name } = await findUser(api, which);
  const query = queryOf(options, { count: String(options.count) });
  const { items, resetsAt, resetsInSeconds, timeZone } = await api.get<Cycles>(`/api/v1/users/${id}/cycles?${query}`);
  if (options.json) return print(api.lastText());
  print(`${name}, days of ${timeZone}`);
  if (resetsAt !== null) print(`resets on ${formatInstant(resetsAt)}, in ${formatDuration(resetsInSeconds ?? 0)}`);
  print('');
  printTable(
    ['FROM', 'TO', 'DOWN', 'UP', 'COUNTED', 'BILLED', 'SINCE RESET'],
    items.map(({ firstDay, lastDay, traffic, shown }) => [
      firstDay,
      lastDay,
      formatBytes(traffic.txBytes),
      formatBytes(traffic.rxBytes),
      formatBytes(traffic.totalBytes),
      formatBytes(traffic.billedBytes),
      formatBytes(shown.totalBytes),
    ]),
  );
}

/** The largest two units: `4 d 7 h`. */
function formatDuration(seconds: number): string {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return hours === 0 ? `${days} d` : `${days} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`;
}

async function statement(api: Api, which: string, options: Options & { html?: string; lang: string }): Promise<void> {
  const { id, name } = await findUser(api, which);
  const path = `/api/v1/users/${id}/statement`;
  if (options.html !== undefined) {
    const pieces: Buffer[] = [];
    await api.download(`${path}?${queryOf(options, { format: 'html', lang: options.lang })}`, async (piece) => {
      pieces.push(piece);
    });
    await writeFile(options.html, Buffer.concat(pieces), { mode: 0o600 });
    return explain(`Wrote ${options.html}`);
  }
  const shown = await api.get<Statement>(`${path}?${queryOf(options, { format: 'json' })}`);
  if (options.json) return print(api.lastText());
  printStatement(name, shown);
}

function printStatement(name: string, shown: Statement): void {
  const { firstDay, lastDay, timeZone, running, total, places, days, lateAfterClosing, resets, gaps } = shown;
  print(`${name}: ${firstDay} to ${lastDay}, days of ${timeZone}${running ? ' (still running)' : ''}`);
  print(
    `billed ${formatBytes(total.billedBytes)}, counted ${formatBytes(total.totalBytes)} (${total.totalBytes} bytes)`,
  );
  print('');
  printTable(
    ['WHERE', ...COLUMNS],
    places.map((place) => [placeName(place), ...cells(place.traffic)]),
  );
  print('');
  printTable(
    ['DAY', ...COLUMNS],
    days.map(({ date, hasGap, traffic }) => [hasGap ? `${date} (gap)` : date, ...cells(traffic)]),
  );
  for (const { at, reason, undoneAt } of resets) {
    print(`${formatInstant(at)} reset${reason === null ? '' : ` (${reason})`}${undoneAt === null ? '' : ', undone'}`);
  }
  for (const { nodeName, from, to } of gaps)
    print(`${formatInstant(from)} ${nodeName} was not read until ${formatInstant(to)}`);
  if ((lateAfterClosing?.totalBytes ?? 0) > 0) {
    print(`${formatBytes(lateAfterClosing?.totalBytes ?? 0)} were booked after the cycle had ended.`);
  }
}

const COLUMNS = ['DOWN', 'UP', 'COUNTED', 'BILLED'];

function cells({ txBytes, rxBytes, totalBytes, billedBytes }: BilledTraffic): string[] {
  return [txBytes, rxBytes, totalBytes, billedBytes].map(formatBytes);
}

function placeName({ nodeName, deleted, serviceName, server, port, protocol }: Place): string {
  return nodeName === null
    ? `${server}:${port} ${protocol}`
    : `${nodeName}${deleted ? ' (deleted)' : ''} ${serviceName ?? protocol}`;
}
