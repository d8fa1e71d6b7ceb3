import type { PeerReading } from '../../core/metering/collector.ts';
import { undirected } from '../../core/units/bytes.ts';
import { type ListPage, readPages, type WholeList } from '../../lib/read-pages.ts';
import type { MarzbanClient } from './client.ts';
import { unexpected } from './failures.ts';

/** A user as `GET /api/users` shows it (app/models/user.py, UserResponse); links and keys are passed over. */
const SHAPE = {
  total: 'value',
  users: [
    {
      username: 'value',
      lifetime_used_traffic: 'value',
      created_at: 'value',
      online_at: 'value',
      status: 'value',
      admin: { username: 'value' },
    },
  ],
} as const;

/** The panel builds every link of every user of a page: some MB. */
const PAGE = 1000;
const INSTANT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$/;
const MAX_U64 = 18_446_744_073_709_551_615n;

/** All users, page by page in the order of their names. @throws SourceFailure */
export async function readUsers(client: MarzbanClient, signal: AbortSignal): Promise<WholeList<PeerReading>> {
  const read = async (offset: number) =>
    readPage(await client.get('api/users', SHAPE, signal, { offset, limit: PAGE, sort: 'username' }));
  return await readPages(read, ({ key }) => key);
}

function readPage(page: unknown): ListPage<PeerReading> {
  const { total, users } = (page ?? {}) as { total?: unknown; users?: unknown };
  if (typeof total !== 'bigint' || !Array.isArray(users)) throw unexpected('its list of users is none');
  const rows = users.map(readUser);
  if (new Set(rows.map(({ key }) => key)).size < rows.length) throw unexpected('a user stands twice in a page');
  return { total, rows };
}

function readUser(user: Readonly<Record<string, unknown>>): PeerReading {
  const { username, lifetime_used_traffic: bytes, created_at: created, online_at: online, status } = user;
  if (typeof username !== 'string' || username === '' || username.length > 255) throw unexpected('a user has no name');
  if (typeof bytes !== 'bigint' || bytes < 0n || bytes > MAX_U64) throw unexpected('a user has no lifetime traffic');
  const startedAt = readInstant(created);
  const lastHandshakeAt = readInstant(online);
  const owner = (user.admin as { username?: unknown } | undefined)?.username;
  return {
    key: username,
    name: username,
    // Up and down together, multiplied by the coefficient of each node (app/jobs/record_usages.py).
    traffic: undirected(bytes),
    ...(typeof status === 'string' ? { isOff: status !== 'active' && status !== 'on_hold' } : {}),
    ...(typeof owner === 'string' ? { owner } : {}),
    ...(startedAt === null ? {} : { startedAt }),
    ...(lastHandshakeAt === null ? {} : { lastHandshakeAt }),
  };
}

/** Marzban writes UTC without saying so: `2024-05-01T12:34:56.789012`. Null if there is none. */
function readInstant(text: unknown): Date | null {
  if (text === null || text === undefined) return null;
  const match = INSTANT.exec(String(text));
  if (match === null) throw unexpected('an instant cannot be read');
  const [, day, time, fraction = '', zone = 'Z'] = match;
  const at = new Date(`${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${zone}`);
  if (Number.isNaN(at.getTime())) throw unexpected('an instant cannot be read');
  return at;
}
