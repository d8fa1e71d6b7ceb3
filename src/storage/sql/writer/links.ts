import { NotFound } from '../../../core/errors.ts';
import type { KeptCopy } from '../../../core/links/config-source.ts';
import type { LinkConfig, LinkFetch, NewLink } from '../../../core/links/link-store.ts';
import type { LinkId, NewId, UserId } from '../../../core/units/ids.ts';
import { DAY_MS } from '../../../core/units/time-zone.ts';
import type { Database } from '../database.ts';
import { type LinkRow, linkColumns, toLink } from '../rows.ts';

/** Devices kept per user: somebody who changes theirs with every fetch does not fill the disk. */
const MAX_DEVICES = 100;
/** Days for which the copy of a source that does not answer is given out, and a device that fetches no more is known. */
const COPY_DAYS = 30;
const FETCH_DAYS = 90;

/** Writes of links and of their fetches. */
export class Links {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #newId: NewId;

  constructor(db: Database, newId: NewId) {
    this.#sql = prepare(db);
    this.#newId = newId;
  }

  /** `sealed`: the text of the link, unreadable. */
  add({ link, userId, ownerId, createdAt }: NewLink, sealed: Uint8Array): LinkConfig {
    const id = this.#newId();
    const { name, protocol, host, port } = link;
    const text = Buffer.from(sealed);
    this.#sql.add.run(id, name, protocol, host.toLowerCase(), port, text, userId, ownerId, createdAt.getTime());
    return toLink(this.#sql.find.get(id) as LinkRow);
  }

  delete(id: LinkId): void {
    if (this.#sql.delete.run(id).changes === 0) throw new NotFound('link', id);
  }

  keepCopy(source: string, sealed: Uint8Array, { unreadable, etag, at }: Omit<KeptCopy, 'texts'>): void {
    this.#sql.keepCopy.run(source, Buffer.from(sealed), unreadable, etag, at.getTime());
    this.#sql.forgetCopies.run(at.getTime() - COPY_DAYS * DAY_MS);
  }

  noteFetch(userId: UserId, { device, client }: Pick<LinkFetch, 'device' | 'client'>, at: Date): void {
    this.#sql.noteFetch.run(userId, device, client, at.getTime(), at.getTime());
    this.#sql.forgetOldest.run(userId, userId, MAX_DEVICES);
    this.#sql.forgetFetches.run(at.getTime() - FETCH_DAYS * DAY_MS);
  }

  rotateToken(userId: UserId, linkToken: string): void {
    if (this.#sql.rotate.run(linkToken, userId).changes === 0) throw new NotFound('user', userId);
  }
}

function prepare(db: Database) {
  return {
    find: db.prepare(`SELECT ${linkColumns} FROM link l WHERE l.id = ?`),
    add: db.prepare(
      `INSERT INTO link (id, name, protocol, server, port, sealed, user_id, owner_id, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    delete: db.prepare('DELETE FROM link WHERE id = ?'),
    noteFetch: db.prepare(
      `INSERT INTO link_fetch (user_id, device, client, first_at, last_at, count) VALUES (?, ?, ?, ?, ?, 1)
       ON CONFLICT DO UPDATE SET client = excluded.client, last_at = max(last_at, excluded.last_at), count = count + 1`,
    ),
    keepCopy: db.prepare(
      `INSERT INTO config_copy (source, sealed, unreadable, etag, at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (source) DO UPDATE SET sealed = excluded.sealed, unreadable = excluded.unreadable,
         etag = excluded.etag, at = excluded.at`,
    ),
    forgetCopies: db.prepare('DELETE FROM config_copy WHERE at < ?'),
    forgetFetches: db.prepare('DELETE FROM link_fetch WHERE last_at < ?'),
    forgetOldest: db.prepare(
      `DELETE FROM link_fetch WHERE user_id = ? AND device IN
         (SELECT device FROM link_fetch WHERE user_id = ? ORDER BY last_at DESC LIMIT -1 OFFSET ?)`,
    ),
    rotate: db.prepare('UPDATE user SET link_token = ? WHERE id = ? AND deleted_at IS NULL'),
  };
}
