import { NotFound, Taken } from '../../../core/errors.ts';
import type { Admin, ApiToken, IdentityStore } from '../../../core/identity/identity-store.ts';
import type { AdminId, ApiTokenId, NewId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';
import { type AdminRow, type ApiTokenRow, adminColumns, apiTokenColumns, toAdmin, toApiToken } from '../rows.ts';

type NewAdmin = Parameters<IdentityStore['addAdmin']>[0];
type NewSession = Parameters<IdentityStore['addSession']>[0];
type NewToken = Parameters<IdentityStore['addToken']>[0];

/** Writes of admins, sessions and API tokens. */
export class Identities {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #newId: NewId;

  constructor(db: Database, newId: NewId) {
    this.#sql = prepare(db);
    this.#newId = newId;
  }

  addAdmin({ name, role, passwordHash, createdAt }: NewAdmin): Admin {
    if (this.#sql.nameExists.get(name, name) !== undefined) {
      throw new Taken('name-taken', `There is already a user or an admin named "${name}".`, 'Choose another name.');
    }
    const id = this.#newId();
    this.#sql.addAdmin.run(id, name, role, passwordHash, createdAt.getTime());
    if (role === 'owner') this.#sql.takeOver.run(id);
    return toAdmin(this.#sql.findAdmin.get(id) as AdminRow);
  }

  setPassword(id: AdminId, passwordHash: string): void {
    if (this.#sql.setPassword.run(passwordHash, id).changes === 0) throw new NotFound('admin', id);
    this.#sql.endSessions.run(id);
  }

  setAdminDisabled(id: AdminId, at: Date | null): void {
    if (this.#sql.setDisabled.run(at?.getTime() ?? null, id).changes === 0) throw new NotFound('admin', id);
    if (at !== null) this.#sql.endSessions.run(id);
  }

  /** Expired sessions are removed on the way: each login leaves one row behind. */
  addSession({ tokenHash, adminId, createdAt, expiresAt }: NewSession): void {
    this.#sql.endExpired.run(createdAt.getTime());
    this.#sql.addSession.run(Buffer.from(tokenHash), adminId, createdAt.getTime(), expiresAt.getTime());
  }

  extendSession(tokenHash: Uint8Array, expiresAt: Date): void {
    this.#sql.extendSession.run(expiresAt.getTime(), Buffer.from(tokenHash));
  }

  endSession(tokenHash: Uint8Array): void {
    this.#sql.endSession.run(Buffer.from(tokenHash));
  }

  addToken(token: NewToken): ApiToken {
    const id = this.#newId();
    const { name, scopes, adminId, nodeId, servers, createdAt, tokenHash, signingSecret } = token;
    this.#sql.addToken.run(
      id,
      Buffer.from(tokenHash),
      name,
      JSON.stringify(scopes),
      adminId,
      nodeId,
      JSON.stringify(servers),
      signingSecret === null ? null : Buffer.from(signingSecret),
      createdAt.getTime(),
    );
    return toApiToken(this.#sql.findToken.get(id) as ApiTokenRow);
  }

  revokeToken(id: ApiTokenId, at: Date): void {
    if (this.#sql.revokeToken.run(at.getTime(), id).changes === 0) throw new NotFound('API token', id);
  }

  touchToken(id: ApiTokenId, at: Date): void {
    this.#sql.touchToken.run(at.getTime(), id);
  }
}

function prepare(db: Database) {
  return {
    nameExists: db.prepare(
      'SELECT 1 FROM admin WHERE name = ? UNION ALL SELECT 1 FROM user WHERE name = ? AND deleted_at IS NULL',
    ),
    findAdmin: db.prepare(`SELECT ${adminColumns} FROM admin a WHERE a.id = ?`),
    addAdmin: db.prepare('INSERT INTO admin (id, name, role, password_hash, created_at) VALUES (?, ?, ?, ?, ?)'),
    takeOver: db.prepare('UPDATE user SET owner_id = ? WHERE owner_id IS NULL'),
    setPassword: db.prepare('UPDATE admin SET password_hash = ? WHERE id = ?'),
    setDisabled: db.prepare('UPDATE admin SET disabled_at = ? WHERE id = ?'),
    addSession: db.prepare('INSERT INTO session (token_hash, admin_id, created_at, expires_at) VALUES (?, ?, ?, ?)'),
    extendSession: db.prepare('UPDATE session SET expires_at = ? WHERE token_hash = ?'),
    endSession: db.prepare('DELETE FROM session WHERE token_hash = ?'),
    endSessions: db.prepare('DELETE FROM session WHERE admin_id = ?'),
    endExpired: db.prepare('DELETE FROM session WHERE expires_at <= ?'),
    findToken: db.prepare(`SELECT ${apiTokenColumns} FROM api_token t WHERE t.id = ?`),
    addToken: db.prepare(
      `INSERT INTO api_token (id, token_hash, name, scopes, admin_id, node_id, servers, signing_secret, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    // Revoking twice keeps the first instant.
    revokeToken: db.prepare('UPDATE api_token SET revoked_at = ifnull(revoked_at, ?) WHERE id = ?'),
    touchToken: db.prepare('UPDATE api_token SET last_used_at = max(ifnull(last_used_at, 0), ?) WHERE id = ?'),
  };
}
