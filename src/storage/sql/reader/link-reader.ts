import type { Page } from '../../../core/ledger/usage-history.ts';
import type { KeptCopy } from '../../../core/links/config-source.ts';
import type { LinkConfig, LinkFetch, LinkQuery } from '../../../core/links/link-store.ts';
import type { AdminId, LinkId, UserId } from '../../../core/units/ids.ts';
import { type LinkRow, linkColumns, toLink } from '../rows.ts';
import { decodeCursor, likePattern, type Params, type Statements, toPage } from './statements.ts';

const MAX_FETCHES = 100;

/** Reads of links and of their fetches. */
export class LinkReader {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  links(query: LinkQuery): Page<LinkConfig> {
    const { where, params } = linkFilter(query);
    const [at = 0, row = 0] = decodeCursor(query.cursor) ?? [];
    const rows = this.#sql.all<LinkRow & { row: number }>(
      `SELECT l.rowid AS row, ${linkColumns} FROM link l
       WHERE ${where} AND (l.created_at > @at OR (l.created_at = @at AND l.rowid > @row))
       ORDER BY l.created_at, l.rowid LIMIT @limit`,
      { ...params, at, row, limit: query.limit + 1 },
    );
    const total = this.#sql.get<{ n: number }>(`SELECT count(*) AS n FROM link l WHERE ${where}`, params)?.n ?? null;
    return toPage(
      rows,
      query.limit,
      total,
      ({ row: _, ...link }) => toLink(link),
      (last) => [last.createdAt, last.row],
    );
  }

  link(id: LinkId): LinkConfig | null {
    const row = this.#sql.get<LinkRow>(`SELECT ${linkColumns} FROM link l WHERE l.id = @id`, { id });
    return row === undefined ? null : toLink(row);
  }

  sealedLinks(ids: readonly LinkId[]): { readonly id: LinkId; readonly sealed: Uint8Array }[] {
    return this.#sql.all<{ id: LinkId; sealed: Buffer }>(
      'SELECT l.id, l.sealed FROM json_each(@ids) w JOIN link l ON l.id = w.value',
      { ids: JSON.stringify(ids) },
    );
  }

  /** Sealed links of a user's subscription, those made for them first. Another admin's are not theirs. */
  sealedLinksOf(userId: UserId, ownerId: AdminId | null): Uint8Array[] {
    return this.#sql
      .all<{ sealed: Buffer }>(
        `SELECT sealed FROM link WHERE (user_id = @userId OR user_id IS NULL) AND (owner_id IS NULL OR owner_id = @ownerId)
         ORDER BY user_id IS NULL, created_at, rowid`,
        { userId, ownerId },
      )
      .map(({ sealed }) => sealed);
  }

  sealedCopy(source: string): (Omit<KeptCopy, 'texts'> & { readonly sealed: Uint8Array }) | null {
    const row = this.#sql.get<{ sealed: Buffer; unreadable: number; etag: string | null; at: number }>(
      'SELECT sealed, unreadable, etag, at FROM config_copy WHERE source = @source',
      { source },
    );
    return row === undefined ? null : { ...row, at: new Date(row.at) };
  }

  fetches(userId: UserId): LinkFetch[] {
    return this.#sql
      .all<{ device: string; client: string; firstAt: number; lastAt: number; count: number }>(
        `SELECT device, client, first_at AS firstAt, last_at AS lastAt, count FROM link_fetch
         WHERE user_id = @userId ORDER BY last_at DESC, device LIMIT @limit`,
        { userId, limit: MAX_FETCHES },
      )
      .map(({ firstAt, lastAt, ...row }) => ({ ...row, firstAt: new Date(firstAt), lastAt: new Date(lastAt) }));
  }
}

function linkFilter({ ownerId, to, search }: LinkQuery): { readonly where: string; readonly params: Params } {
  const pattern = search === undefined ? undefined : likePattern(search);
  const where = [
    ...(ownerId === null ? [] : ['l.owner_id = @ownerId']),
    ...(to === undefined ? [] : [to === 'all' ? 'l.user_id IS NULL' : 'l.user_id IS NOT NULL']),
    ...(pattern === undefined ? [] : [NAMED]),
  ];
  return {
    where: where.length === 0 ? 'TRUE' : where.join(' AND '),
    params: { ...(ownerId === null ? {} : { ownerId }), ...(pattern === undefined ? {} : { pattern }) },
  };
}

const NAMED = `(l.name LIKE @pattern ESCAPE '\\' OR l.server LIKE @pattern ESCAPE '\\'
  OR EXISTS (SELECT 1 FROM user u WHERE u.id = l.user_id AND u.name LIKE @pattern ESCAPE '\\'))`;
