import type { InventoryStore, UserQuery } from '../../../core/inventory/inventory-store.ts';
import type { User } from '../../../core/inventory/peer.ts';
import type { Page } from '../../../core/ledger/usage-history.ts';
import { USER_STATES } from '../../../core/quota/user-state.ts';
import { toUser, type UserRow, userColumns } from '../rows.ts';
import { decodeCursor, encodeCursor, OWNED, type Params, type Statements, type Sync, toPage } from './statements.ts';

const AMONG_FOUND = 'json_each(@found) wanted CROSS JOIN user u ON u.rowid = CAST(wanted.value AS INTEGER)';
const NAMED = 'u.rowid AS row, u.name';
const WALK_FIRST = 1000;
/** Looking up a user by row takes some times as long as reading the next one. */
const NAMES_PER_LOOKUP = 2.5;
const USERS_PER_LOOKUP = 10;

/** Users by the numbers of their rows, found among `of`. */
export interface FoundUsers {
  readonly rows: readonly number[];
  readonly of: number;
}

/** A text is looked for in what `UserSearch` keeps in memory, not in the tables. */
export type UserFilter = Omit<UserQuery, 'search'> & { readonly search?: undefined };

/** Reads of users. */
export class UserReader {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** By name, forwards or backwards. */
  users(query: UserFilter): Page<User> {
    const { where, params } = userFilter(query);
    const rows = this.#named<UserRow>(userColumns, `user u WHERE ${where}`, params, query, query.limit + 1);
    return toPage(rows, query.limit, query.cursor === null ? this.countUsers(query) : null, toUser, (row) => [
      row.name,
    ]);
  }

  /** The same, of these users only. */
  usersAmong({ rows, of }: FoundUsers, query: UserFilter): Page<User> {
    const toWalk = (query.limit * of) / rows.length;
    const isFew = rows.length * NAMES_PER_LOOKUP <= toWalk;
    const wanted = isFew ? this.#namedAmong(rows, query) : this.#walkNames(new Set(rows), query);
    const page = this.usersOfRows(wanted.slice(0, query.limit));
    const last = page.at(-1);
    return {
      items: page,
      nextCursor: wanted.length > query.limit && last !== undefined ? encodeCursor([last.name]) : null,
      total: query.cursor === null ? rows.length : null,
    };
  }

  #namedAmong(rows: readonly number[], query: UserFilter): number[] {
    const found = { found: JSON.stringify(rows) };
    const from = `${AMONG_FOUND} WHERE u.deleted_at IS NULL`;
    return this.#named<NamedRow>(NAMED, from, found, query, query.limit + 1).map(({ row }) => row);
  }

  /** Through all names, until a page is full: of many found that is soon. */
  #walkNames(found: ReadonlySet<number>, query: UserFilter): number[] {
    const page: number[] = [];
    let { cursor } = query;
    for (let step = WALK_FIRST; page.length <= query.limit; step *= 2) {
      const names = this.#named<NamedRow>(NAMED, 'user u WHERE u.deleted_at IS NULL', {}, { ...query, cursor }, step);
      for (const { row } of names) if (found.has(row)) page.push(row);
      const last = names.at(-1);
      if (names.length < step || last === undefined) break;
      cursor = encodeCursor([last.name]);
    }
    return page;
  }

  /** In the order of names, after the cursor. `from` ends in a condition. */
  #named<R>(columns: string, from: string, params: Params, { cursor, descending }: UserFilter, limit: number): R[] {
    const position = decodeCursor(cursor)?.[0];
    const [beyond, direction] = descending ? ['<', 'DESC'] : ['>', 'ASC'];
    const after = position === undefined ? '' : `AND u.name ${beyond} @position`;
    return this.#sql.all<R>(`SELECT ${columns} FROM ${from} ${after} ORDER BY u.name ${direction} LIMIT @limit`, {
      ...params,
      ...(position === undefined ? {} : { position }),
      limit,
    });
  }

  countUsers(query: UserFilter): number {
    const { where, params } = userFilter(query);
    return this.#sql.get<{ n: number }>(`SELECT count(*) AS n FROM user u WHERE ${where}`, params)?.n ?? 0;
  }

  /** Numbers of the rows of all users whom a filter lets through, in their order; `after` leaves out those up to it. */
  userRows(query: UserFilter, after = -1): number[] {
    const { where, params } = userFilter(query);
    const row = this.#sql.get<{ rows: string }>(
      `SELECT json_group_array(u.rowid) AS rows FROM user u WHERE ${where} AND u.rowid > @after`,
      { ...params, after },
    );
    return (JSON.parse(row?.rows ?? '[]') as number[]).sort((a, b) => a - b);
  }

  /** Rows of those whom a filter lets through, too. */
  rowsAmong({ rows, of }: FoundUsers, query: UserFilter): readonly number[] {
    if (rows.length * USERS_PER_LOOKUP > of) {
      const others = new Set(this.userRows(query));
      return rows.filter((row) => others.has(row));
    }
    const { where, params } = userFilter(query);
    const found = JSON.stringify(rows);
    return this.#sql
      .all<{ row: number }>(`SELECT u.rowid AS row FROM ${AMONG_FOUND} WHERE ${where}`, { ...params, found })
      .map(({ row }) => row);
  }

  /** Living users of these rows, in the order given. */
  usersOfRows(rows: readonly number[]): User[] {
    return this.#sql
      .all<UserRow>(
        `SELECT ${userColumns} FROM json_each(@rows) wanted CROSS JOIN user u ON u.rowid = CAST(wanted.value AS INTEGER)
         WHERE u.deleted_at IS NULL ORDER BY wanted.key`,
        { rows: JSON.stringify(rows) },
      )
      .map(toUser);
  }

  lastSeen: Sync<InventoryStore['lastSeen']> = (userIds) =>
    new Map(
      this.#sql
        .all<{ userId: User['id']; at: number }>(
          `SELECT w.value AS userId, max(
             ifnull((SELECT max(c.last_handshake_at) FROM peer p JOIN counter c ON c.peer_id = p.id WHERE p.user_id = w.value), 0),
             ifnull((SELECT max(t.last_at) FROM segment g JOIN tally t ON t.segment_id = g.id WHERE g.user_id = w.value), 0)
           ) AS at FROM json_each(@ids) w`,
          { ids: JSON.stringify(userIds) },
        )
        .flatMap(({ userId, at }) => (at > 0 ? [[userId, new Date(at)] as const] : [])),
    );

  user: Sync<InventoryStore['user']> = (id) => this.#user('u.id = @text', id);

  /** Deleted users are found by id only: their names and tokens may be another's now. */
  findUser(text: string): User | null {
    return (
      this.#user('u.id = @text', text) ??
      this.#user('u.name = @text AND u.deleted_at IS NULL', text) ??
      this.userByToken(text)
    );
  }

  userByToken(text: string): User | null {
    return this.#user('u.id = (SELECT user_id FROM user_token WHERE token = @text AND released_at IS NULL)', text);
  }

  userByLinkToken(text: string): User | null {
    return this.#user('u.link_token = @text AND u.deleted_at IS NULL', text);
  }

  #user(condition: string, text: string): User | null {
    const row = this.#sql.get<UserRow>(`SELECT ${userColumns} FROM user u WHERE ${condition}`, { text });
    return row === undefined ? null : toUser(row);
  }
}

interface NamedRow {
  readonly row: number;
  readonly name: string;
}

function userFilter(query: UserFilter): { where: string; params: Params } {
  const where = ['u.deleted_at IS NULL'];
  const params: Record<string, string> = {};
  if (query.ownerId !== undefined) {
    where.push(OWNED);
    params.owner = query.ownerId;
  }
  if (query.state !== undefined) {
    // Among the few without access the index finds them: it needs the word itself.
    where.push(`u.state = '${USER_STATES.find((state) => state === query.state) ?? ''}'`);
  }
  if (query.tag !== undefined) {
    where.push('instr(u.tags, @quoted) > 0 AND EXISTS (SELECT 1 FROM json_each(u.tags) WHERE value = @tag)');
    params.tag = query.tag;
    params.quoted = JSON.stringify(query.tag);
  }
  if (query.planId !== undefined) {
    where.push('u.id IN (SELECT e.user_id FROM entitlement e WHERE e.plan_id = @planId)');
    params.planId = query.planId;
  }
  return { where: where.join(' AND '), params };
}
