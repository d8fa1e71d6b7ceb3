import type { KeptCopy } from '../../../core/links/config-source.ts';
import type { LinkConfig, LinkFetch } from '../../../core/links/link-store.ts';
import type { AdminId, UserId } from '../../../core/units/ids.ts';
import { type LinkRow, linkColumns, toLink } from '../rows.ts';
import type { Statements } from './statements.ts';

const MAX_FETCHES = 100;

/** Reads of links and of their fetches. */
export class LinkReader {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  links(ownerId: AdminId | null): LinkConfig[] {
    const where = ownerId === null ? 'TRUE' : 'l.owner_id = @ownerId';
    return this.#sql
      .all<LinkRow>(
        `SELECT ${linkColumns} FROM link l WHERE ${where} ORDER BY l.created_at, l.rowid`,
        ownerId === null ? {} : { ownerId },
      )
      .map(toLink);
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
