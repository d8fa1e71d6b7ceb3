import { type Command, Option } from 'commander';
import { NotFound } from '../../core/errors.ts';
import { type Api, withApi } from '../api.ts';
import { formatInstant, print, printTable, WrongUse } from '../output.ts';
import { parseDays } from './usage.ts';

interface Probe {
  readonly kind: string;
  readonly host: string | null;
  readonly port: number | null;
  readonly serverName: string | null;
}

interface Reason {
  readonly message: string;
  readonly hint: string | null;
}

interface Service {
  readonly id: string;
  readonly nodeName: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly reason: Reason | null;
  readonly since: string | null;
  readonly latencyMs: number | null;
  readonly probe: Probe;
  readonly isProbeSet: boolean;
  readonly uptime: number | null;
}

interface History {
  readonly uptime: number | null;
  readonly days: readonly { readonly day: string; readonly uptime: number | null; readonly downSeconds: number }[];
  readonly changes: readonly { readonly at: string; readonly state: string; readonly reason: Reason | null }[];
}

interface Trial {
  readonly probe: Probe;
  readonly result: {
    readonly outcome: string;
    readonly latencyMs: number | null;
    readonly reason: Reason | null;
  } | null;
}

interface ProbeOptions {
  readonly kind: string;
  readonly host?: string;
  readonly port?: string;
  readonly sni?: string;
  readonly anyCertificate?: boolean;
  readonly privateAddress?: boolean;
  readonly every?: string;
  readonly try?: boolean;
}

/** Verbs about whether clients can use what runs on the nodes. */
export function addServiceCommands(program: Command): void {
  const service = program.command('service').description('VPN services and their health');
  service
    .command('list')
    .description('list the VPN services and their states')
    .option('--json', 'answer as JSON')
    .action((options: { json?: boolean }) => withApi((api) => list(api, options)));
  service
    .command('show <service>')
    .description('health of NODE/SERVICE per day, and what changed when')
    .option('--days <days>', 'whole days, today included', parseDays, 90)
    .option('--json', 'answer as JSON')
    .action((which: string, options: { days: number; json?: boolean }) => withApi((api) => show(api, which, options)));
  service
    .command('probe <service>')
    .description('set how it is known whether clients can connect to NODE/SERVICE')
    .addOption(
      new Option('--kind <kind>', 'how to ask; polls: only look at what is read; automatic: a guess')
        .choices(['automatic', 'polls', 'tls', 'tcp', 'ping'])
        .makeOptionMandatory(),
    )
    .option('--host <host>', 'default: the host that the node is read at')
    .option('--port <port>', 'default: what the source tells')
    .option('--sni <name>', 'name to ask for in the TLS handshake')
    .option('--any-certificate', 'whatever certificate is shown is right')
    .option('--private-address', 'the host may be in a private network, or this machine')
    .option('--every <seconds>', '10 to 3600 (default: 60)')
    .option('--try', 'ask once and change nothing')
    .action((which: string, options: ProbeOptions) => withApi((api) => probe(api, which, options)));
}

async function list(api: Api, options: { json?: boolean }): Promise<void> {
  const { items } = await api.get<{ items: Service[] }>('/api/v1/services');
  if (options.json) return print(api.lastText());
  printTable(
    ['SERVICE', 'KIND', 'STATE', 'SINCE', 'UPTIME', 'PROBE', 'WHY'],
    items.map((item) => [
      ...[nameOf(item), item.kind, item.state, formatInstant(item.since), percent(item.uptime)],
      ...[describe(item.probe), item.reason?.message ?? ''],
    ]),
  );
}

async function show(api: Api, which: string, options: { days: number; json?: boolean }): Promise<void> {
  const item = await find(api, which);
  const history = await api.get<History>(`/api/v1/services/${item.id}/health?days=${options.days}`);
  if (options.json) return print(api.lastText());
  print(`${nameOf(item)}: ${item.state}${item.reason === null ? '' : `, ${item.reason.message}`}`);
  if (item.reason?.hint) print(item.reason.hint);
  print(`Known by ${describe(item.probe)}${item.isProbeSet ? '' : ' (a guess)'}; uptime ${percent(history.uptime)}`);
  printTable(
    ['DAY', 'UPTIME', 'DOWN'],
    history.days.map(({ day, uptime, downSeconds }) => [day, percent(uptime), `${Math.round(downSeconds / 60)} min`]),
  );
  for (const { at, state, reason } of history.changes)
    print(`${formatInstant(at)}  ${state}${reason === null ? '' : `: ${reason.message}`}`);
}

async function probe(api: Api, which: string, options: ProbeOptions): Promise<void> {
  const { id } = await find(api, which);
  const body = {
    kind: options.kind,
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.port === undefined ? {} : { port: wholeNumber('--port', options.port) }),
    ...(options.sni === undefined ? {} : { serverName: options.sni }),
    ...(options.anyCertificate === undefined ? {} : { anyCertificate: true }),
    ...(options.privateAddress === undefined ? {} : { privateAddresses: true }),
    ...(options.every === undefined ? {} : { intervalSeconds: wholeNumber('--every', options.every) }),
  };
  if (options.try) {
    const { probe: target, result } = await api.post<Trial>(`/api/v1/services/${id}/probe/test`, body);
    print(
      `${describe(target)}: ${result === null ? 'nothing to ask' : (result.reason?.message ?? time(result.latencyMs))}`,
    );
    if (result !== null && result.outcome !== 'answered') process.exitCode = 1;
    return;
  }
  const item = await api.put<Service>(`/api/v1/services/${id}/probe`, body);
  print(`${nameOf(item)} is known by ${describe(item.probe)}: ${item.state}. ${item.reason?.message ?? ''}`.trimEnd());
}

/** By `NODE/SERVICE`, id, or a name that only one service has. */
async function find(api: Api, which: string): Promise<Service> {
  const { items } = await api.get<{ items: Service[] }>('/api/v1/services');
  const [found, another] = items.filter((item) => [item.id, item.name, nameOf(item)].includes(which));
  if (found === undefined) throw new NotFound('VPN service', which, 'xpert service list shows them.');
  if (another !== undefined)
    throw new WrongUse(`Several services are called "${which}".`, `Name one as ${nameOf(found)}.`);
  return found;
}

const nameOf = ({ nodeName, name }: Service) => `${nodeName}/${name}`;
const percent = (uptime: number | null) =>
  uptime === null ? '—' : `${(Math.floor(uptime * 10_000) / 100).toFixed(2)} %`;
const time = (ms: number | null) => `it answers in ${ms === null ? '?' : Math.round(ms)} ms`;

function describe({ kind, host, port, serverName }: Probe): string {
  if (host === null) return kind;
  return `${kind} ${host}${port === null ? '' : `:${port}`}${serverName === null ? '' : ` (${serverName})`}`;
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new WrongUse(`${option} needs a whole number, not "${text}".`);
  return Number(text);
}
