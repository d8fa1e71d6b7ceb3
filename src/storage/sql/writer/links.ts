import { NotFound } from '../../../core/errors.ts';
import { KEPT_DAYS, type KeptCopy } from '../../../core/links/config-source.ts';
import {
  checkRoom,
  type LinkChange,
  type LinkConfig,
  type LinkFetch,
  type NewLink,
} from '../../../core/links/link-store.ts';
import type { LinkId, NewId, UserId } from '../../../core/units/ids.ts';
import { DAY_MS } from '../../../core/units/time-zone.ts';
import type { Database } from '../database.ts';
import { type LinkRow, linkColumns, toLink } from '../rows.ts';

/** Devices kept per user: somebody who changes theirs with every fetch does not fill the disk. */
const MAX_DEVICES = 100;
/** Days for which a device that fetches no more is known. */
const FETCH_DAYS = 90;

/** Writes of links and of their fetches. */
export class Links {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #newId: NewId;

  constructor(db: Database, newId: NewId) {
    this.#sql = prepare(db);
    this.#newId = newId;
  }

  /** `sealed`: the text of the link, unreadable. @throws too-many-links, too-many-addresses */
  add({ link, userId, ownerId, createdAt }: NewLink, sealed: Uint8Array): LinkConfig {
    const { name, protocol, host, port } = link;
    checkRoom({ protocol, userId, ownerId }, this.#sql.room.get(userId, ownerId) as Room);
    const id = this.#newId();
    const text = Buffer.from(sealed);
    this.#sql.add.run(id, name, protocol, host.toLowerCase(), port, text, userId, ownerId, createdAt.getTime());
    return toLink(this.#sql.find.get(id) as LinkRow);
  }

  /** `sealed`: the text of the link as it is to be, unreadable; null where it stays. @throws NotFound, too-many-addresses */
  change(id: LinkId, { link, userId: wanted }: LinkChange, sealed: Uint8Array | null): LinkConfig {
    const before = this.#sql.find.get(id) as LinkRow | undefined;
    if (before === undefined) throw new NotFound('link', id);
    const { ownerId } = before;
    const userId = wanted === undefined ? before.userId : wanted;
    const { links, addresses } = this.#sql.room.get(userId, ownerId) as Room;
    // It takes no room of its own.
    const own = before.protocol === 'subscription' && before.userId === userId ? 1 : 0;
    const protocol = link?.protocol ?? before.protocol;
    checkRoom({ protocol, userId, ownerId }, { links: links - 1, addresses: addresses - own });
    if (link !== undefined && sealed !== null) {
      const { name, host, port } = link;
      this.#sql.replace.run(name, protocol, host.toLowerCase(), port, Buffer.from(sealed), id);
    }
    this.#sql.give.run(userId, id);
    return toLink(this.#sql.find.get(id) as LinkRow);
  }

  delete(id: LinkId): void {
    if (this.#sql.delete.run(id).changes === 0) throw new NotFound('link', id);
  }

  keepCopy(source: string, sealed: Uint8Array, { unreadable, etag, at }: Omit<KeptCopy, 'texts'>): void {
    this.#sql.keepCopy.run(source, Buffer.from(sealed), unreadable, etag, at.getTime());
    this.#sql.forgetCopies.run(at.getTime() - KEPT_DAYS * DAY_MS);
  }

  confirmCopy(source: string, at: Date): boolean {
    const { changes } = this.#sql.confirmCopy.run(at.getTime(), source);
    this.#sql.forgetCopies.run(at.getTime() - KEPT_DAYS * DAY_MS);
    return changes === 1;
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

interface Room {
  readonly links: number;
  readonly addresses: number;
}

function prepare(db: Database) {
  return {
    find: db.prepare(`SELECT ${linkColumns} FROM link l WHERE l.id = ?`),
    add: db.prepare(
      `INSERT INTO link (id, name, protocol, server, port, sealed, user_id, owner_id, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    room: db.prepare(
      `SELECT count(*) AS links, count(*) FILTER (WHERE protocol = 'subscription' AND user_id IS ?) AS addresses
       FROM link WHERE owner_id IS ?`,
    ),
    replace: db.prepare('UPDATE link SET name = ?, protocol = ?, server = ?, port = ?, sealed = ? WHERE id = ?'),
    give: db.prepare('UPDATE link SET user_id = ? WHERE id = ?'),
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
    confirmCopy: db.prepare('UPDATE config_copy SET at = ? WHERE source = ?'),
    forgetCopies: db.prepare('DELETE FROM config_copy WHERE at < ?'),
    forgetFetches: db.prepare('DELETE FROM link_fetch WHERE last_at < ?'),
    forgetOldest: db.prepare(
      `DELETE FROM link_fetch WHERE user_id = ? AND device IN
         (SELECT device FROM link_fetch WHERE user_id = ? ORDER BY last_at DESC LIMIT -1 OFFSET ?)`,
    ),
    rotate: db.prepare('UPDATE user SET link_token = ? WHERE id = ? AND deleted_at IS NULL'),
  };
}
