import type { Command } from 'commander';
import { type Api, withApi } from '../api.ts';
import { findNode, findPeer, findUser, type PeerItem } from '../find.ts';
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
import { type Outcome, tell } from './correction.ts';

interface Peer extends PeerItem {
  readonly nodeName: string;
  readonly serviceName: string;
  readonly allowedIps: readonly string[];
  readonly lastHandshakeAt: string | null;
  readonly userName: string | null;
  readonly traffic: Traffic;
}

interface ListOptions {
  readonly node?: string;
  readonly user?: string;
  readonly unassigned?: boolean;
  readonly ended?: boolean;
  readonly search?: string;
  readonly json?: boolean;
}

export function addPeerCommands(program: Command): void {
  const peer = program.command('peer').description('the credentials on the nodes');
  peer
    .command('list')
    .description('list peers')
    .option('--node <node>', 'only of this node')
    .option('--user <user>', 'only of this user')
    .option('--unassigned', 'only those that nobody owns')
    .option('--ended', 'also those that are gone')
    .option('--search <text>', 'name, key or address')
    .option('--json', 'answer as JSON')
    .action((options: ListOptions) => withApi((api) => list(api, options)));
  peer
    .command('successors')
    .description('peers that may continue an ended one: a regenerated key, a renamed account')
    .option('--json', 'answer as JSON')
    .action((options: { json?: boolean }) => withApi((api) => listSuccessors(api, options)));
  peer
    .command('assign <peer> <user>')
    .description('give a peer to a user ("-" takes it away)')
    .option(
      '--from <instant>',
      'from when on, RFC 3339, with what was counted since (default: now; then earlier usage of an unowned peer is claimed as history)',
      parseInstant,
    )
    .option('--to <instant>', 'until when: with --from a part of the past alone', parseInstant)
    .option('--reason <text>', 'why the past goes to somebody else')
    .option('--dry-run', 'only say what would move')
    .option('--count-in-cycle', 'claimed usage counts in the running cycle too')
    .option('--json', 'answer as JSON')
    .action((which: string, user: string, options: AssignOptions) =>
      withApi((api) => assign(api, which, user, options)),
    );
}

async function list(api: Api, options: ListOptions): Promise<void> {
  const query = new URLSearchParams({ limit: '200' });
  if (options.node !== undefined) query.set('node', (await findNode(api, options.node)).id);
  if (options.user !== undefined) query.set('user', (await findUser(api, options.user)).id);
  if (options.unassigned) query.set('unassigned', 'true');
  if (options.ended) query.set('ended', 'true');
  if (options.search !== undefined) query.set('search', options.search);
  const peers = await api.all<Peer>(`/api/v1/peers?${query}`);
  if (options.json) return print(JSON.stringify({ items: peers }));
  if (peers.length === 0)
    return explain(
      query.size > 1 ? 'There is no such peer.' : 'There is no peer yet: they come with the first reading of a node.',
    );
  printTable(
    ['PEER', 'NODE', 'ADDRESS', 'USER', 'TRAFFIC', 'LAST HANDSHAKE'],
    peers.map((peer) => [
      peer.name ?? peer.key,
      `${peer.nodeName}/${peer.serviceName}`,
      peer.allowedIps[0] ?? '',
      peer.userName ?? '—',
      formatBytes(peer.traffic.totalBytes),
      formatInstant(peer.lastHandshakeAt),
    ]),
  );
}

interface Succession {
  readonly userName: string;
  readonly nodeName: string | null;
  readonly ended: { readonly key: string; readonly name: string | null; readonly endedAt: string };
  readonly successor: { readonly peerId: string; readonly key: string; readonly name: string | null };
  readonly because: readonly string[];
  readonly only: boolean;
}

async function listSuccessors(api: Api, options: { json?: boolean }): Promise<void> {
  const { items } = await api.get<{ items: Succession[] }>('/api/v1/peers/successions');
  if (options.json) return print(api.lastText());
  if (items.length === 0) return explain('No peer looks like the successor of another.');
  printTable(
    ['NEW PEER', 'NODE', 'LIKE', 'ENDED', 'USER', 'BECAUSE OF'],
    items.map(({ userName, nodeName, ended, successor, because, only }) => [
      successor.name ?? successor.key,
      nodeName ?? '—',
      ended.name ?? ended.key,
      formatInstant(ended.endedAt),
      userName,
      `${because.join(', ')}${only ? '' : ' (not the only one)'}`,
    ]),
  );
  explain('To accept one: xpert peer assign PEER USER --count-in-cycle');
}

interface AssignOptions {
  readonly from?: string;
  readonly to?: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly countInCycle?: boolean;
  readonly json?: boolean;
}

async function assign(api: Api, which: string, userName: string, options: AssignOptions): Promise<void> {
  const peer = await findPeer(api, which);
  const user = userName === '-' ? null : await findUser(api, userName);
  const { from, to, countInCycle = false } = options;
  if (from !== undefined && !countInCycle) return rebind(api, peer.id, user?.id ?? null, { ...options, from });
  if (to !== undefined || options.dryRun) throw new WrongUse('The past is given away with --from alone.', NO_CLAIM);
  await api.post('/api/v1/peers/assign', {
    assignments: [{ peerId: peer.id, userId: user?.id ?? null }],
    ...(from === undefined ? {} : { from }),
    ...(countInCycle ? { countInCycle: true } : {}),
  });
  if (options.json) return print(api.lastText());
  const name = peer.name ?? peer.key;
  print(user === null ? `${name} belongs to nobody now.` : `${name} belongs to ${user.name}.`);
}

const NO_CLAIM = 'Leave --count-in-cycle out, and name --from.';

interface RebindingOutcome extends Outcome {
  readonly cycles: readonly { readonly firstDay: string; readonly lastDay: string; readonly running: boolean }[];
}

/** With the bytes that were counted since. */
async function rebind(
  api: Api,
  peerId: string,
  userId: string | null,
  { from, to, reason = 'Given away with its past.', dryRun = false, json }: AssignOptions,
): Promise<void> {
  const body = { userId, from, ...(to === undefined ? {} : { to }), reason, preview: dryRun };
  const outcome = await api.post<RebindingOutcome>(`/api/v1/peers/${encodeURIComponent(peerId)}/binding`, body);
  const closed = outcome.cycles.filter(({ running }) => !running);
  if (!json && closed.length > 0) {
    const [last, first] = [closed[0]?.lastDay, closed.at(-1)?.firstDay];
    explain(`Closed billing cycles change, from ${first} to ${last}: ${closed.length}.`);
  }
  tell(api, outcome, json);
}
