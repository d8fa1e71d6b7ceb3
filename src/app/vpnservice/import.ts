import { readFile } from 'node:fs/promises';
import { ExpectedError, InvalidInput, Taken } from '../../core/errors.ts';
import type { IdentityStore } from '../../core/identity/identity-store.ts';
import type { InventoryStore } from '../../core/inventory/inventory-store.ts';
import type { Node } from '../../core/inventory/node.ts';
import type { User } from '../../core/inventory/peer.ts';
import type { ImportSummary, Operations, VpnServiceTexts } from '../../core/settings/operations.ts';
import type { SettingsStore } from '../../core/settings/settings-store.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { AdminId, UserId } from '../../core/units/ids.ts';
import { randomId } from '../../lib/random-id.ts';
import type { RunningNodes } from '../running-nodes.ts';
import { readBotDatabase } from './bot-database.ts';
import {
  type BotPeer,
  type BotServer,
  type BotUser,
  parsePeers,
  parseServers,
  parseUsers,
  type Skipped,
} from './bot-files.ts';
import type { ExpectedPeers } from './expected-peers.ts';
import { SwitchedOff } from './switched-off.ts';

type BotRecords = ReturnType<typeof readBotDatabase>;
type Files = Parameters<Operations['importVpnService']>[0];

interface Dependencies {
  readonly inventory: InventoryStore;
  readonly identity: Pick<IdentityStore, 'admins'>;
  readonly expected: ExpectedPeers;
  readonly settings: SettingsStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly nodes: Pick<RunningNodes, 'add'>;
}

interface Bot {
  readonly users: ReadonlyMap<number, BotUser>;
  /** By public key. */
  readonly peers: ReadonlyMap<string, BotPeer>;
  readonly servers: readonly BotServer[];
  readonly skipped: Skipped[];
}

const POLL_INTERVAL_MS = 30_000;

/** Both ways in, with what they need. */
export function vpnServiceImports(use: Dependencies): Pick<Operations, 'importVpnService' | 'importVpnServiceTexts'> {
  return {
    importVpnService: (files) => importVpnService(files, use),
    importVpnServiceTexts: (texts) => importVpnServiceTexts(texts, use),
  };
}

/** Takes over the bot's servers, users and peers. Importing the same files again changes nothing. */
async function importVpnService(files: Files, use: Dependencies): Promise<ImportSummary> {
  return await takeOver(await readBot(files), use);
}

/** The same from what stands in the files. */
async function importVpnServiceTexts(texts: VpnServiceTexts, use: Dependencies): Promise<ImportSummary> {
  return await takeOver(parseBot(texts, { users: 'users.json', peers: 'peers.json' }), use);
}

async function takeOver(bot: Bot, use: Dependencies): Promise<ImportSummary> {
  const owner = (await use.identity.admins()).find((admin) => admin.role === 'owner');
  if (owner === undefined)
    throw new ExpectedError('no-owner', 'There is no owner yet, to whom imported users would belong.', {
      hint: 'Create one first: xpert admin add NAME',
    });
  const users = await importUsers(bot, owner.id, use);
  const peers = await importPeers(bot, users.ids, use);
  const nodes = await importNodes(bot, use);
  return { nodes, users: users.added, peers, skipped: bot.skipped };
}

async function readBot(files: Files): Promise<Bot> {
  const read = async (pointer: string, path: string | null) => {
    if (path === null) return '';
    try {
      return await readFile(path, 'utf8');
    } catch (cause) {
      throw new InvalidInput(
        pointer,
        `${path} cannot be read: ${(cause as NodeJS.ErrnoException).code ?? cause}.`,
        'Nothing was imported. Give a path that the user that runs Xpert can read.',
      );
    }
  };
  const [users, peers] = [await read('/users', files.users), await read('/peers', files.peers)];
  const env = await read('/env', files.env);
  const names = { users: files.users ?? '', peers: files.peers ?? '' };
  return parseBot({ users, peers, env }, names, files.db === null ? undefined : readBotDatabase(files.db));
}

/** `names`: of the files, for what is said about them. */
function parseBot(
  { users, peers, env }: VpnServiceTexts,
  names: { readonly users: string; readonly peers: string },
  database: BotRecords = { users: [], peers: [], skipped: [] },
): Bot {
  const fromUsers = users === '' ? { users: [], skipped: [] } : parseUsers(users, names.users);
  const fromPeers = peers === '' ? { peers: [], skipped: [] } : parsePeers(peers, names.peers);
  const servers = parseServers(env);
  // The database is newer than the files: where both name something, it wins.
  return {
    users: new Map([...fromUsers.users, ...database.users].map((user) => [user.telegramId, user])),
    peers: new Map([...fromPeers.peers, ...database.peers].map((peer) => [peer.publicKey, peer])),
    servers,
    skipped: [...fromUsers.skipped, ...fromPeers.skipped, ...database.skipped],
  };
}

async function importUsers(
  bot: Bot,
  ownerId: AdminId,
  use: Dependencies,
): Promise<{ readonly ids: ReadonlyMap<number, UserId>; readonly added: number }> {
  const known = await usersByTelegramId(use.inventory);
  const switchedOff = await SwitchedOff.read(use.settings);
  const ids = new Map<number, UserId>();
  let added = 0;
  // A peer may belong to somebody whom users.json does not name.
  const strangers = [...bot.peers.values()]
    .filter((peer) => !bot.users.has(peer.telegramId))
    .map((peer): [number, BotUser] => [
      peer.telegramId,
      { telegramId: peer.telegramId, username: null, role: 'user', active: true },
    ]);
  for (const user of new Map([...bot.users, ...strangers]).values()) {
    const existing = known.get(user.telegramId);
    // Of strangers the bot says nothing but that they have a peer.
    const active = bot.users.has(user.telegramId) ? switchedOff.changeOf(user) : null;
    if (existing === undefined) {
      ids.set(user.telegramId, (await addUser(user, ownerId, use)).id);
      added += 1;
    } else {
      ids.set(user.telegramId, existing.id);
      const role = bot.users.has(user.telegramId) ? user.role : existing.role;
      const isSame = existing.role === role && (active === null || existing.active === active);
      if (!isSame) await use.inventory.updateUser(existing.id, { role, active: active ?? existing.active });
    }
  }
  await switchedOff.save();
  return { ids, added };
}

async function usersByTelegramId(inventory: InventoryStore): Promise<Map<number, User>> {
  const users = new Map<number, User>();
  let cursor: string | null = null;
  do {
    const page = await inventory.users({ limit: 500, cursor });
    for (const user of page.items) if (user.telegramId !== null) users.set(user.telegramId, user);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return users;
}

/** Somebody else may have the name already; the Telegram id behind it makes it theirs. */
async function addUser(user: BotUser, ownerId: AdminId, use: Dependencies): Promise<User> {
  const { telegramId, username, role, active } = user;
  const names = username === null ? [`tg-${telegramId}`] : [username, `${username}-${telegramId}`];
  for (const [index, name] of names.entries()) {
    try {
      return await use.inventory.addUser({
        name,
        userToken: randomId(22),
        linkToken: randomId(32),
        telegramId,
        role,
        note: '',
        ownerId,
        active,
        createdAt: use.clock.now(),
        countInCycle: false,
      });
    } catch (error) {
      if (!(error instanceof Taken) || index === names.length - 1) throw error;
    }
  }
  throw new Error('unreachable');
}

/** Gives peers that are there to their users, and remembers those that no poll has shown yet. @returns how many are new */
async function importPeers(bot: Bot, users: ReadonlyMap<number, UserId>, use: Dependencies): Promise<number> {
  const waiting = new Map<string, UserId>();
  let changed = 0;
  for (const { publicKey, telegramId } of bot.peers.values()) {
    const userId = users.get(telegramId);
    if (userId === undefined) continue;
    const peer = await use.inventory.findPeer(publicKey);
    if (peer?.userId === userId) continue;
    if (peer === null) {
      if (await use.expected.isExpected(publicKey, userId)) continue;
      waiting.set(publicKey, userId);
    } else if (peer.userId === null) {
      await use.inventory.assignPeers([{ peerId: peer.id, userId, from: use.clock.now(), countInCycle: false }]);
    } else {
      bot.skipped.push({
        record: `peer ${publicKey}`,
        reason: 'belongs to another user already; assign it by hand if that is wrong',
      });
      continue;
    }
    changed += 1;
  }
  await use.expected.expect(waiting);
  return changed;
}

/** Nodes for the servers that peers name. One whose interface or peers are read already is left as it is. */
async function importNodes(bot: Bot, use: Dependencies): Promise<number> {
  const nodes = (await use.inventory.nodes()).filter((node) => node.deletedAt === null);
  const services = await use.inventory.services();
  let added = 0;
  for (const id of new Set([...bot.peers.values()].map((peer) => peer.serverId))) {
    const server = bot.servers.find((candidate) => candidate.id === id.toLowerCase()) ?? null;
    const isRead = server?.publicKey != null && services.some(({ identity }) => identity === server.publicKey);
    if (isRead || nodes.some(({ slug, name }) => slug === id || name === id)) continue;
    if (await anyPeerIsThere(bot, id, use.inventory)) continue;
    const source = sourceOf(id, server);
    if (source === null) {
      const reason = `how to reach it is not known (no WG_${id.toUpperCase()}_SSH_HOST): xpert node add ${id} --kind wireguard --ssh …`;
      bot.skipped.push({ record: `server ${id}`, reason });
      continue;
    }
    try {
      await use.nodes.add({
        name: id,
        slug: id,
        description: 'imported from the VPN bot',
        source,
        pollIntervalMs: POLL_INTERVAL_MS,
        opening: 'baseline',
        usersPolicy: 'none',
      });
      added += 1;
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      bot.skipped.push({ record: `server ${id}`, reason: error.message });
    }
  }
  return added;
}

async function anyPeerIsThere(bot: Bot, serverId: string, inventory: InventoryStore): Promise<boolean> {
  for (const peer of bot.peers.values()) {
    if (peer.serverId === serverId && (await inventory.findPeer(peer.publicKey)) !== null) return true;
  }
  return false;
}

/** The main server is the one that the bot ran on; others are reached by ssh. Null = not known how. */
function sourceOf(id: string, server: BotServer | null): Node['source'] | null {
  const only = server?.interface == null ? {} : { interface: server.interface };
  if (server?.ssh != null) {
    const identity = server.ssh.identityFile === null ? {} : { identityFile: server.ssh.identityFile };
    return { kind: 'wireguard', options: { transport: 'ssh', ssh: server.ssh.destination, ...identity, ...only } };
  }
  return id === 'main' ? { kind: 'wireguard', options: { transport: 'local', ...only } } : null;
}
