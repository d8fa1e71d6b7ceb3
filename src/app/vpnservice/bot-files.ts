import { InvalidInput } from '../../core/errors.ts';

/** A user of the bot; Telegram's id is their identity. */
export interface BotUser {
  readonly telegramId: number;
  readonly username: string | null;
  readonly role: string;
  readonly active: boolean;
}

export interface BotPeer {
  readonly telegramId: number;
  readonly serverId: string;
  readonly publicKey: string;
  readonly wgIp: string | null;
}

export interface Skipped {
  readonly record: string;
  readonly reason: string;
}

/** How the bot reached a server, from its env_vars.txt. */
export interface BotServer {
  readonly id: string;
  readonly interface: string | null;
  readonly publicKey: string | null;
  readonly ssh: { readonly destination: string; readonly identityFile: string | null } | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** WireGuard keys: 32 bytes in base64. */
const PUBLIC_KEY = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** `{"123456": {"telegram_id": 123456, "username": "vasya", "role": "user", "active": true, …}}` */
export function parseUsers(text: string, file: string): { readonly users: BotUser[]; readonly skipped: Skipped[] } {
  const users: BotUser[] = [];
  const skipped: Skipped[] = [];
  for (const [key, record] of records(text, file)) {
    const user = toUser(record, key);
    if (typeof user === 'string') skipped.push({ record: `${file} "${key}"`, reason: user });
    else users.push(user);
  }
  return { users, skipped };
}

/** A user from JSON or from a row of the bot's database; a text says why there is none. */
export function toUser(record: Fields, key: string): BotUser | string {
  const telegramId = telegramIdOf(record.telegram_id ?? key);
  if (telegramId === null) return 'no Telegram id';
  const username = typeof record.username === 'string' && record.username.trim() !== '' ? record.username.trim() : null;
  const role = typeof record.role === 'string' && record.role !== '' ? record.role : 'user';
  return { telegramId, username, role, active: isActive(record.active) };
}

/** Keys were `tid`, then `tid:server_id`, then `tid:server_id:platform`; fields in the record win over its key. */
export function parsePeers(text: string, file: string): { readonly peers: BotPeer[]; readonly skipped: Skipped[] } {
  const peers: BotPeer[] = [];
  const skipped: Skipped[] = [];
  for (const [key, record] of records(text, file)) {
    const peer = toPeer(record, key);
    if (typeof peer === 'string') skipped.push({ record: `${file} "${key}"`, reason: peer });
    else peers.push(peer);
  }
  return { peers, skipped };
}

/** A peer from JSON or from a row of the bot's database; a text says why there is none. */
export function toPeer(record: Fields, key: string): BotPeer | string {
  const [idInKey, serverInKey] = key.split(':');
  const telegramId = telegramIdOf(record.telegram_id ?? idInKey);
  if (telegramId === null) return 'no Telegram id';
  const publicKey = typeof record.public_key === 'string' ? record.public_key.trim() : '';
  if (publicKey === '') return 'no public key';
  if (!PUBLIC_KEY.test(publicKey)) return `"${publicKey.slice(0, 60)}" is no WireGuard public key`;
  const serverId = textOf(record.server_id) ?? textOf(serverInKey) ?? 'main';
  return { telegramId, serverId, publicKey, wgIp: textOf(record.wg_ip) };
}

/**
 * Servers of env_vars.txt. The main one has flat names (WG_INTERFACE, WG_SSH_HOST, …), others `WG_<ID>_…` and, for
 * AmneziaWG, `AMNEZIAWG_<ID>_INTERFACE`.
 */
export function parseServers(text: string): BotServer[] {
  const variables = parseVariables(text);
  const ids = new Set<string>();
  for (const name of variables.keys()) {
    const id = /^WG_([A-Z0-9]+)_(?:SERVER_PUBLIC_KEY|INTERFACE|SSH_HOST|ENDPOINT_HOST)$/.exec(name)?.[1];
    if (id !== undefined && id !== 'SERVER') ids.add(id);
  }
  const main = serverOf('main', 'WG_', variables);
  return [main, ...[...ids].map((id) => serverOf(id.toLowerCase(), `WG_${id}_`, variables))];
}

function serverOf(id: string, prefix: string, variables: ReadonlyMap<string, string>): BotServer {
  const host = variables.get(`${prefix}SSH_HOST`);
  const user = variables.get(`${prefix}SSH_USER`) ?? 'root';
  return {
    id,
    interface: variables.get(`${prefix}INTERFACE`) ?? null,
    publicKey: variables.get(`${prefix}SERVER_PUBLIC_KEY`) ?? null,
    ssh:
      host === undefined
        ? null
        : { destination: `${user}@${host}`, identityFile: variables.get(`${prefix}SSH_KEY_PATH`) ?? null },
  };
}

function parseVariables(text: string): Map<string, string> {
  const variables = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, value = ''] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    const bare = value.replace(/^(["'])(.*)\1$/, '$2');
    if (name !== undefined && bare !== '') variables.set(name, bare);
  }
  return variables;
}

function records(text: string, file: string): [string, Fields][] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new InvalidInput(
      '',
      `${file} is no JSON: ${cause instanceof Error ? cause.message : ''}`,
      'Nothing was imported.',
    );
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new InvalidInput('', `${file} must hold an object of records.`, 'Nothing was imported.');
  return Object.entries(content).map(([key, record]) => [
    key,
    typeof record === 'object' && record !== null ? record : {},
  ]);
}

function telegramIdOf(value: unknown): number | null {
  const id = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** Absent means active, as the bot reads it; SQLite keeps booleans as 0 and 1. */
function isActive(value: unknown): boolean {
  return value !== false && value !== 0;
}
