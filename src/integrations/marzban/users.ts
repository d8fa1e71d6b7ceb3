import type { OwnLimit, PeerReading } from '../../core/metering/collector.ts';
import { undirected } from '../../core/units/bytes.ts';
import type { Shape } from '../../lib/json-picker.ts';
import { type ListPage, readPages, type WholeList } from '../../lib/read-pages.ts';
import { unexpected } from './failures.ts';

/** Asks for one page. @throws SourceFailure */
export type AskPage = (
  path: string,
  shape: Shape,
  query: Readonly<Record<string, string | number>>,
) => Promise<unknown>;

export type Fields = Readonly<Record<string, unknown>>;

/** What all panels of the family tell of a user (UserResponse of each); links and keys are passed over. */
const USER = {
  username: 'value',
  lifetime_used_traffic: 'value',
  used_traffic: 'value',
  data_limit: 'value',
  data_limit_reset_strategy: 'value',
  created_at: 'value',
  online_at: 'value',
} as const;
const MARZBAN_PAGE = { total: 'value', users: [{ ...USER, status: 'value', admin: { username: 'value' } }] } as const;
const MARZNESHIN_PAGE = { total: 'value', items: [{ ...USER, is_active: 'value', owner_username: 'value' }] } as const;

/** The panel builds every link of every user of a page: some MB. */
const PAGE = 1000;
/** Pages of fastapi-pagination hold no more. */
const SMALL_PAGE = 100;
const INSTANT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$/;
const MAX_U64 = 18_446_744_073_709_551_615n;
const DAY_MS = 86_400_000;
/**
 * Of `data_limit_reset_strategy` (app/jobs/reset_user_data_usage.py): every hour, users whose last reset, or creation, is so
 * many days ago. Marzban and PasarGuard pass over those who are neither `active` nor `limited`.
 */
const RESET_DAYS: ReadonlyMap<unknown, number> = new Map([
  ['day', 1],
  ['week', 7],
  ['month', 30],
  ['year', 365],
]);

/** All users, page by page in the order of their names. @throws SourceFailure */
export async function readMarzbanUsers(ask: AskPage): Promise<WholeList<PeerReading>> {
  const read = async (offset: number) => {
    const page = await ask('api/users', MARZBAN_PAGE, { offset, limit: PAGE, sort: 'username' });
    const { total, users } = (page ?? {}) as { total?: unknown; users?: unknown };
    return pageOf(total, users, readMarzbanUser);
  };
  return await readPages(read, ({ key }) => key);
}

/** The same by numbered pages (app/routes/user.py): whole if the total stayed, and as many came. @throws SourceFailure */
export async function readMarzneshinUsers(ask: AskPage): Promise<WholeList<PeerReading>> {
  const rows = new Map<string, PeerReading>();
  let total: bigint | null = null;
  for (let number = 1; ; number++) {
    const answer = await ask('api/users', MARZNESHIN_PAGE, { page: number, size: SMALL_PAGE, order_by: 'username' });
    const { total: told, items } = (answer ?? {}) as { total?: unknown; items?: unknown };
    const page: ListPage<PeerReading> = pageOf(told, items, readMarzneshinUser);
    for (const row of page.rows) rows.set(row.key, row);
    if (total !== null && page.total !== total) return { rows: [...rows.values()], isWhole: false };
    total = page.total;
    if (page.rows.length === 0 || BigInt(number * SMALL_PAGE) >= total) break;
  }
  return { rows: [...rows.values()], isWhole: BigInt(rows.size) === total };
}

function pageOf(total: unknown, users: unknown, read: (user: Fields) => PeerReading): ListPage<PeerReading> {
  if (typeof total !== 'bigint' || !Array.isArray(users)) throw unexpected('its list of users is none');
  const rows = users.map(read);
  if (new Set(rows.map(({ key }) => key)).size < rows.length) throw unexpected('a user stands twice in a page');
  return { total, rows };
}

function readMarzbanUser(user: Fields): PeerReading {
  const { status } = user;
  const owner = (user.admin as { username?: unknown } | undefined)?.username;
  return {
    ...readUser(user),
    ...(typeof status === 'string' ? { isOff: status !== 'active' && status !== 'on_hold' } : {}),
    ...(typeof owner === 'string' ? { owner } : {}),
  };
}

function readMarzneshinUser(user: Fields): PeerReading {
  const { is_active: isActive, owner_username: owner } = user;
  return {
    ...readUser(user),
    ...(typeof isActive === 'boolean' ? { isOff: !isActive } : {}),
    ...(typeof owner === 'string' ? { owner } : {}),
  };
}

function readUser(user: Fields): PeerReading {
  const { username, lifetime_used_traffic: bytes, created_at: created, online_at: online } = user;
  if (typeof username !== 'string' || username === '' || username.length > 255) throw unexpected('a user has no name');
  if (typeof bytes !== 'bigint' || bytes < 0n || bytes > MAX_U64) throw unexpected('a user has no lifetime traffic');
  const startedAt = readInstant(created);
  const lastHandshakeAt = readInstant(online);
  return {
    key: username,
    name: username,
    // Up and down together, multiplied by the coefficient of each node (app/jobs/record_usages.py).
    traffic: undirected(bytes),
    ownLimit: limitOf(user, bytes, startedAt),
    ...(startedAt === null ? {} : { startedAt }),
    ...(lastHandshakeAt === null ? {} : { lastHandshakeAt }),
  };
}

/** `data_limit` is held against `used_traffic` (app/jobs/review_users.py); 0 and null: unlimited. A reset moves it away. */
function limitOf(user: Fields, lifetime: bigint, startedAt: Date | null): OwnLimit | null {
  const { data_limit: limitBytes, used_traffic: usedBytes, created_at: created } = user;
  if (typeof limitBytes !== 'bigint' || typeof usedBytes !== 'bigint' || limitBytes <= 0n || usedBytes < 0n)
    return null;
  const days = RESET_DAYS.get(user.data_limit_reset_strategy);
  return {
    limitBytes,
    usedBytes,
    period: `${String(created)} ${lifetime - usedBytes}`,
    resetMs: days === undefined ? null : days * DAY_MS,
    beganAt: lifetime === usedBytes ? startedAt : null,
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
