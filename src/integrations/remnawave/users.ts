import type { PeerReading } from '../../core/metering/collector.ts';
import { undirected } from '../../core/units/bytes.ts';
import { type ListPage, readPages, type WholeList } from '../../lib/read-pages.ts';
import type { RemnawaveClient } from './client.ts';
import { unexpected } from './failures.ts';

const TRAFFIC = { lifetimeUsedTrafficBytes: 'value', onlineAt: 'value' } as const;
/**
 * The name is what both versions know a user by (2 has a uuid, 3 a number, and the short uuid changes when a subscription is
 * revoked). Up to 2.2 the figures stand beside it, later in `userTraffic`. Keys and passwords are passed over.
 */
const USER = { username: 'value', createdAt: 'value', status: 'value', ...TRAFFIC, userTraffic: TRAFFIC } as const;
const STREAM = { users: [USER], nextCursor: 'value', hasMore: 'value' } as const;
const PAGE = { users: [USER], total: 'value' } as const;

const STREAM_SIZE = 1000;
const PAGE_SIZE = 500;
const MAX_U64 = 18_446_744_073_709_551_615n;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

type Fields = Readonly<Record<string, unknown>>;

/** All users: by the stream of version 3, which goes on behind the last id, else by pages. @throws SourceFailure */
export async function readUsers(client: RemnawaveClient, signal: AbortSignal): Promise<WholeList<PeerReading>> {
  const first = await client.find('api/users/stream', STREAM, signal, { size: STREAM_SIZE });
  if (first !== null) return await readStream(client, signal, first.response);
  const read = async (start: number) =>
    readPage(await client.get('api/users', PAGE, signal, { start, size: PAGE_SIZE }));
  return await readPages(read, ({ key }) => key);
}

async function readStream(
  client: RemnawaveClient,
  signal: AbortSignal,
  first: unknown,
): Promise<WholeList<PeerReading>> {
  const rows = new Map<string, PeerReading>();
  for (let part = first; ; ) {
    const { users, nextCursor, hasMore } = (part ?? {}) as Fields;
    if (typeof hasMore !== 'boolean') throw unexpected('its list of users does not tell whether there are more');
    const before = rows.size;
    for (const row of rowsOf(users)) rows.set(row.key, row);
    if (!hasMore) return { rows: [...rows.values()], isWhole: true };
    const isCursor = typeof nextCursor === 'string' || typeof nextCursor === 'bigint';
    if (!isCursor || rows.size === before) throw unexpected('its list of users does not go on');
    const query = { size: STREAM_SIZE, cursor: String(nextCursor) };
    part = await client.get('api/users/stream', STREAM, signal, query);
  }
}

function readPage(page: unknown): ListPage<PeerReading> {
  const { total, users } = (page ?? {}) as Fields;
  if (typeof total !== 'bigint') throw unexpected('its list of users has no total');
  return { total, rows: rowsOf(users) };
}

function rowsOf(users: unknown): PeerReading[] {
  if (!Array.isArray(users)) throw unexpected('its list of users is none');
  const rows = users.map(readUser);
  if (new Set(rows.map(({ key }) => key)).size < rows.length) throw unexpected('a user stands there twice');
  return rows;
}

function readUser(user: Fields): PeerReading {
  const { username, createdAt, status, userTraffic } = user;
  const traffic = (userTraffic ?? user) as Fields;
  const bytes = traffic.lifetimeUsedTrafficBytes;
  if (typeof username !== 'string' || username === '' || username.length > 255) throw unexpected('a user has no name');
  if (typeof bytes !== 'bigint' || bytes < 0n || bytes > MAX_U64) throw unexpected('a user has no lifetime traffic');
  const startedAt = readInstant(createdAt);
  const lastHandshakeAt = readInstant(traffic.onlineAt);
  return {
    key: username,
    name: username,
    // Both directions together, multiplied by each node's consumptionMultiplier.
    traffic: undirected(bytes),
    ...(typeof status === 'string' ? { isOff: status !== 'ACTIVE' } : {}),
    ...(startedAt === null ? {} : { startedAt }),
    ...(lastHandshakeAt === null ? {} : { lastHandshakeAt }),
  };
}

/** Null if there is none. */
function readInstant(text: unknown): Date | null {
  if (text === null || text === undefined) return null;
  const at = typeof text === 'string' && INSTANT.test(text) ? new Date(text) : null;
  if (at === null || Number.isNaN(at.getTime())) throw unexpected('an instant cannot be read');
  return at;
}
