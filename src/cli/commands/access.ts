import type { Command } from 'commander';
import { counted } from '../../core/units/counted.ts';
import { type Api, withApi } from '../api.ts';
import { findNode } from '../find.ts';
import { explain, formatBytes, formatInstant, parseCount, print, printTable, WrongUse } from '../output.ts';

interface Item {
  readonly key: string;
  readonly name: string | null;
  readonly userName: string | null;
  readonly nodeName: string;
  readonly service: string;
  readonly mode: string;
  readonly state: string;
  readonly reason: string | null;
  readonly appliedAt: string | null;
  readonly overshootBytes: number;
  readonly problem: { readonly message: string } | null;
}

interface State {
  readonly standstill: { readonly reason: string; readonly since: string | null } | null;
  readonly limits: { readonly most: number; readonly percent: number };
  readonly fuses: readonly { readonly nodeId: string; readonly cuts: number; readonly allowed: number }[];
}

interface NodeAccess {
  readonly mode: string;
  readonly can: {
    readonly means: string;
    readonly liveSessions: string;
    readonly caveats: readonly string[];
  } | null;
  readonly cannot: { readonly message: string; readonly hint: string | null } | null;
  readonly waiting: number;
  readonly suspended: number;
  readonly failing: number;
  readonly givingBack: boolean;
  readonly problem: { readonly message: string; readonly hint: string | null } | null;
  readonly fuse: { readonly cuts: number; readonly allowed: number } | null;
}

interface PeerItem {
  readonly key: string;
  readonly name: string | null;
  readonly userName: string | null;
  readonly service: string;
}

interface Preview {
  readonly suspend: readonly PeerItem[];
  readonly restore: readonly PeerItem[];
  readonly left: readonly (PeerItem & { readonly why: { readonly message: string } })[];
  readonly allowed: number;
}

interface NodeOptions {
  readonly giveBack?: boolean;
  readonly preview?: boolean;
  readonly json?: boolean;
}

export function addAccessCommands(program: Command): void {
  const access = program
    .command('access')
    .description('who may use the VPN: what is wanted, and what was done about it');
  access
    .command('list')
    .description('list the peers whose access is to be off, or that Xpert suspended')
    .option('--node <name>', 'of this node only')
    .option('--failing', 'only those that could not be changed')
    .option('--json', 'answer as JSON')
    .action((options: { node?: string; failing?: boolean; json?: boolean }) => withApi((api) => list(api, options)));
  access
    .command('confirm <node>')
    .description('let the peers be cut that the fuse holds on a node')
    .option('--peers <n>', 'how many you saw; without it those that are held now', parseCount)
    .action((name: string, options: { peers?: number }) => withApi((api) => confirm(api, name, options.peers)));
  access
    .command('pause')
    .description('change access nowhere, until resumed')
    .action(() =>
      withApi(async (api) => {
        await api.post('/api/v1/access/pause');
        print('Access is not changed any more; whoever is suspended stays so.');
      }),
    );
  access
    .command('resume')
    .description('change access again')
    .action(() =>
      withApi(async (api) => {
        await api.post('/api/v1/access/resume');
        print('Access is changed again.');
      }),
    );
  access
    .command('fuse')
    .description('show or set how many peers may lose access at once without a person’s word')
    .option('--most <n>', 'never more in one pass', parseCount)
    .option('--percent <n>', 'of the peers that users own', parseCount)
    .action((options: { most?: number; percent?: number }) => withApi((api) => fuse(api, options)));
}

export function addNodeAccessCommand(node: Command): void {
  node
    .command('access <name> [mode]')
    .description('show whether Xpert may change access on a node, or set it: enforce or read-only')
    .option('--give-back', 'read-only: first give back everything that Xpert suspended there')
    .option('--preview', 'look at the node and say what would be changed; changes nothing')
    .option('--json', 'answer as JSON')
    .action((name: string, mode: string | undefined, options: NodeOptions) =>
      withApi((api) => nodeAccess(api, name, mode, options)),
    );
}

async function nodeAccess(api: Api, name: string, mode: string | undefined, options: NodeOptions): Promise<void> {
  checkUse(name, mode, options);
  const { id } = await findNode(api, name);
  const path = `/api/v1/nodes/${id}/access`;
  if (options.preview) return printPreview(api, await api.post<Preview>(`${path}/preview`), options);
  const giveBack = options.giveBack === true;
  const access = await (mode === undefined ? api.get<NodeAccess>(path) : api.put<NodeAccess>(path, { mode, giveBack }));
  if (options.json) print(api.lastText());
  else printNodeAccess(name, access);
}

function checkUse(name: string, mode: string | undefined, { giveBack }: NodeOptions): void {
  if (mode !== undefined && mode !== 'enforce' && mode !== 'read-only')
    throw new WrongUse(`"${mode}" is no mode.`, 'Write enforce or read-only.');
  if (giveBack && mode !== 'read-only')
    throw new WrongUse('--give-back goes with read-only.', `xpert node access ${name} read-only --give-back`);
}

function printNodeAccess(name: string, access: NodeAccess): void {
  const { can, cannot, waiting, suspended, failing, problem, fuse } = access;
  const rest = access.givingBack ? '; what is not there at the moment gets it back when it is' : '';
  print(
    `${name}: ${access.mode}; ${counted(suspended, 'peer')} suspended, ${waiting} to be, ${failing} failing${rest}`,
  );
  if (cannot !== null) print(cannot.message, ...(cannot.hint === null ? [] : [cannot.hint]));
  if (can !== null) print(`A peer is suspended so: ${can.means}. ${SESSIONS[can.liveSessions] ?? ''}`, ...can.caveats);
  if (fuse !== null)
    print(
      `The fuse holds ${counted(fuse.cuts, 'peer')}; without your word at most ${fuse.allowed} may lose access: xpert access confirm ${name}`,
    );
  if (problem !== null) print(`It does not work: ${problem.message}`, ...(problem.hint === null ? [] : [problem.hint]));
}

const SESSIONS: Readonly<Record<string, string>> = {
  cut: 'Open connections are cut at once.',
  stay: 'Open connections stay until they end by themselves.',
  delayed: 'Open connections end after a while.',
};

function printPreview(api: Api, { suspend, restore, left, allowed }: Preview, { json }: NodeOptions): void {
  if (json) {
    print(api.lastText());
    return;
  }
  print(`To be suspended: ${suspend.length} (${allowed} at most pass by themselves)`, ...suspend.map(lineOf));
  print(`To be given back: ${restore.length}`, ...restore.map(lineOf));
  if (left.length > 0) print(`To be left: ${left.length}`, ...left.map((one) => `${lineOf(one)}: ${one.why.message}`));
}

function lineOf({ key, name, userName, service }: PeerItem): string {
  return `  ${service} ${name ?? key} (${userName ?? 'nobody'})`;
}

async function list(api: Api, options: { node?: string; failing?: boolean; json?: boolean }): Promise<void> {
  const query = new URLSearchParams({
    limit: '1000',
    ...(options.node === undefined ? {} : { node: (await findNode(api, options.node)).id }),
    ...(options.failing ? { failing: 'true' } : {}),
  });
  const items = await api.all<Item>(`/api/v1/access?${query}`);
  if (options.json) return print(JSON.stringify({ items }));
  const { standstill } = await api.get<State>('/api/v1/access/state');
  if (standstill !== null)
    explain(`Access is not changed: ${standstill.reason}, since ${formatInstant(standstill.since)}`);
  if (items.length === 0) return explain('Nobody’s access is to be off.');
  printTable(
    ['USER', 'NODE', 'SERVICE', 'PEER', 'WHY', 'STATE', 'SINCE', 'OVERSHOOT', ''],
    items.map((item) => [
      item.userName ?? '—',
      item.nodeName,
      item.service,
      item.name ?? item.key,
      item.reason ?? '',
      item.mode === 'enforce' ? item.state : `${item.state} (read-only)`,
      formatInstant(item.appliedAt),
      formatBytes(item.overshootBytes),
      item.problem?.message ?? '',
    ]),
  );
}

async function confirm(api: Api, name: string, seen: number | undefined): Promise<void> {
  const { id } = await findNode(api, name);
  const { fuse } = await api.get<NodeAccess>(`/api/v1/nodes/${id}/access`);
  if (fuse === null) return print(`The fuse holds nobody on ${name}.`);
  const peers = seen ?? fuse.cuts;
  await api.post(`/api/v1/nodes/${id}/access/confirm`, { peers });
  print(`On ${name} ${counted(peers, 'peer is', 'peers are')} cut with the next pass.`);
}

async function fuse(api: Api, { most, percent }: { most?: number; percent?: number }): Promise<void> {
  const { limits } = await api.get<State>('/api/v1/access/state');
  const wanted = { most: most ?? limits.most, percent: percent ?? limits.percent };
  if (most !== undefined || percent !== undefined) await api.put('/api/v1/access/fuse', wanted);
  print(
    `At most ${counted(wanted.most, 'peer')}, and ${wanted.percent} % of those that users own, may lose access in one pass.`,
  );
}
