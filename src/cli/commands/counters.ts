import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Api, withApi } from '../api.ts';
import { findNode, findPeer, findUser } from '../find.ts';
import { explain, formatBytes, formatInstant, print, printTable, type Traffic, WrongUse } from '../output.ts';
import { parseDays } from './usage.ts';

interface Reconciled {
  readonly kind: 'service' | 'card';
  readonly name: string | null;
  readonly status: string;
  readonly counter: Traffic | null;
  readonly peers: Traffic | null;
  readonly unattributed: Traffic | null;
  readonly surplus: Traffic | null;
}

interface Figure {
  readonly id: string;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly direction: string;
  readonly bytes: number;
  readonly status: string;
  readonly cardBytes: number | null;
  readonly differenceBytes: number | null;
  readonly note: string;
}

interface Reconciliation {
  readonly days: readonly { readonly date: string; readonly counters: readonly Reconciled[] }[];
  readonly providerFigures: readonly Figure[];
}

interface Options {
  readonly days: number;
  readonly json?: boolean;
}

/** Verbs about whether the numbers can be believed. */
export function addCounterCommands(program: Command): void {
  program
    .command('quality <kind> <name>')
    .description('how well every moment of a node, a user or a peer is known')
    .option('--days <days>', 'whole days, today included', parseDays, 7)
    .option('--json', 'answer as JSON')
    .action((kind: string, name: string, options: Options) => withApi((api) => quality(api, kind, name, options)));
  const node = program.commands.find((command) => command.name() === 'node') ?? program;
  node
    .command('reconcile <name>')
    .description("peers against the counters of interfaces and network card, and against providers' figures")
    .option('--days <days>', 'whole days, today included', parseDays, 7)
    .option('--json', 'answer as JSON')
    .action((name: string, options: Options) => withApi((api) => reconcile(api, name, options)));
  node
    .command('link <name> <mbit>')
    .description('how fast the link of the node is, Mbit/s: faster readings are set aside; none: not told')
    .action((name: string, mbit: string) => withApi((api) => setLink(api, name, mbit)));
  addFigureCommands(node);
}

interface FigureOptions {
  readonly from: string;
  readonly to: string;
  readonly bytes: bigint;
  readonly direction: string;
  readonly note?: string;
  readonly json?: boolean;
}

function addFigureCommands(node: Command): void {
  node
    .command('figure <name>')
    .description('enter what a provider says it carried for a node')
    .requiredOption('--from <day>', 'first day, as 2026-03-01')
    .requiredOption('--to <day>', 'last day, included')
    .requiredOption('--bytes <amount>', 'bytes, or as on the bill: 812GB, 1.5TiB', parseAmount)
    .addOption(
      new Option('--direction <direction>', "the node's network card received, sent, or both")
        .choices(['in', 'out', 'both'])
        .default('both'),
    )
    .option('--note <text>')
    .option('--json', 'answer as JSON')
    .action((name: string, options: FigureOptions) => withApi((api) => addFigure(api, name, options)));
  node
    .command('figure-remove <name> <figure>')
    .description("take a provider's figure back")
    .action((name: string, which: string) =>
      withApi(async (api) => {
        const { id } = await findNode(api, name);
        await api.delete(`/api/v1/nodes/${id}/provider-figures/${encodeURIComponent(which)}`);
        print(`Figure ${which} is taken back.`);
      }),
    );
}

const SCALES: Readonly<Record<string, bigint>> = {
  '': 1n,
  B: 1n,
  KB: 10n ** 3n,
  MB: 10n ** 6n,
  GB: 10n ** 9n,
  TB: 10n ** 12n,
  PB: 10n ** 15n,
  KIB: 2n ** 10n,
  MIB: 2n ** 20n,
  GIB: 2n ** 30n,
  TIB: 2n ** 40n,
  PIB: 2n ** 50n,
};

/** Exact: 1.5TB is 1,500,000,000,000 bytes, 1GiB 1,073,741,824. */
export function parseAmount(text: string): bigint {
  const [, whole = '', fraction = '', unit = ''] = /^(\d{1,19})(?:\.(\d{1,9}))?\s*([A-Za-z]*)$/.exec(text.trim()) ?? [];
  const scale = SCALES[unit.toUpperCase()];
  if (whole === '' || scale === undefined) {
    throw new InvalidArgumentError('It must be a number of bytes, or a number with GB, GiB, TB or TiB.');
  }
  const bytes = BigInt(whole) * scale + (BigInt(fraction || '0') * scale) / 10n ** BigInt(fraction.length);
  if (bytes > BigInt(Number.MAX_SAFE_INTEGER)) throw new InvalidArgumentError('It must be at most 9.007 PB.');
  return bytes;
}

async function quality(api: Api, kind: string, name: string, { days, json }: Options): Promise<void> {
  const { items } = await api.get<{
    items: readonly { from: string; to: string; quality: string; reasons: readonly string[] }[];
  }>(`/api/v1/${await subject(api, kind, name)}/quality?days=${days}`);
  if (json) return print(api.lastText());
  printTable(
    ['FROM', 'TO', 'QUALITY', 'WHY'],
    items.map(({ from, to, quality: word, reasons }) => [
      formatInstant(from),
      formatInstant(to),
      word,
      reasons.filter((reason) => reason !== word).join(', '),
    ]),
  );
}

async function subject(api: Api, kind: string, name: string): Promise<string> {
  if (kind === 'node') return `nodes/${(await findNode(api, name)).id}`;
  if (kind === 'user') return `users/${(await findUser(api, name)).id}`;
  if (kind === 'peer') return `peers/${(await findPeer(api, name)).id}`;
  throw new WrongUse(`"${kind}" has no quality.`, 'Say node, user or peer.');
}

async function reconcile(api: Api, name: string, { days, json }: Options): Promise<void> {
  const { id } = await findNode(api, name);
  const answer = await api.get<Reconciliation>(`/api/v1/nodes/${id}/reconciliation?days=${days}`);
  if (json) return print(api.lastText());
  printTable(
    ['DAY', 'COUNTER', 'CARRIED', 'PEERS', 'UNATTRIBUTED', 'SURPLUS', ''],
    answer.days.flatMap(({ date, counters }) =>
      counters.map((one) => [
        date,
        one.name ?? (one.kind === 'card' ? 'network card' : ''),
        formatBytes(one.counter?.totalBytes ?? null),
        formatBytes(one.peers?.totalBytes ?? null),
        formatBytes(one.unattributed?.totalBytes ?? null),
        formatBytes(one.surplus?.totalBytes ?? null),
        one.status,
      ]),
    ),
  );
  if (answer.providerFigures.length === 0) return;
  print('');
  printTable(
    ['FIGURE', 'FROM', 'TO', 'DIRECTION', 'PROVIDER', 'CARD', 'DIFFERENCE', '', 'NOTE'],
    answer.providerFigures.map((one) => [
      one.id,
      one.firstDay,
      one.lastDay,
      one.direction,
      formatBytes(one.bytes),
      formatBytes(one.cardBytes),
      formatBytes(one.differenceBytes),
      one.status,
      one.note,
    ]),
  );
}

async function addFigure(api: Api, name: string, options: FigureOptions): Promise<void> {
  const { id } = await findNode(api, name);
  const { from, to, bytes, direction, note } = options;
  const figure = await api.post<Figure>(`/api/v1/nodes/${id}/provider-figures`, {
    firstDay: from,
    lastDay: to,
    direction,
    bytes: Number(bytes),
    ...(note === undefined ? {} : { note }),
  });
  if (options.json) return print(api.lastText());
  const against =
    figure.status === 'unknown'
      ? 'the network card is not known for all of that time'
      : `the network card carried ${formatBytes(figure.cardBytes)}: ${figure.status}`;
  print(`Figure ${figure.id}: ${formatBytes(figure.bytes)}; ${against}.`);
}

async function setLink(api: Api, name: string, text: string): Promise<void> {
  const { id } = await findNode(api, name);
  const linkMbit = text === 'none' ? null : Number(text);
  if (linkMbit !== null && !(Number.isInteger(linkMbit) && linkMbit > 0))
    throw new WrongUse('It must be a whole number of Mbit/s, or none.');
  await api.patch(`/api/v1/nodes/${id}`, { linkMbit });
  if (linkMbit === null) explain(`Only readings of more than 10 TiB of ${name} are set aside now.`);
  else explain(`Readings of ${name} that are faster than ${linkMbit} Mbit/s are set aside from now on.`);
}
