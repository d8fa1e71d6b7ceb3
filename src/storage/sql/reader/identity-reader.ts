import type { Admin, ApiToken } from '../../../core/identity/identity-store.ts';
import type { AuditAbout, AuditEntry } from '../../../core/settings/settings-store.ts';
import type { AdminId } from '../../../core/units/ids.ts';
import { type AdminRow, type ApiTokenRow, adminColumns, apiTokenColumns, toAdmin, toApiToken } from '../rows.ts';
import { AuditSubjects } from './audit-subjects.ts';
import { decodeCursor, type Statements, toPage } from './statements.ts';

/** Reads of admins, sessions, tokens, settings and the audit log. */
export class IdentityReader {
  readonly #sql: Statements;
  readonly #subjects: AuditSubjects;

  constructor(sql: Statements) {
    this.#sql = sql;
    this.#subjects = new AuditSubjects(sql);
  }

  admins(): Admin[] {
    return this.#sql.all<AdminRow>(`SELECT ${adminColumns} FROM admin a ORDER BY a.name`).map(toAdmin);
  }

  admin(id: AdminId): Admin | null {
    const row = this.#sql.get<AdminRow>(`SELECT ${adminColumns} FROM admin a WHERE a.id = @id`, { id });
    return row === undefined ? null : toAdmin(row);
  }

  adminByName(name: string): (Admin & { readonly passwordHash: string }) | null {
    const row = this.#sql.get<AdminRow & { passwordHash: string }>(
      `SELECT ${adminColumns}, a.password_hash AS passwordHash FROM admin a WHERE a.name = @name`,
      { name },
    );
    return row === undefined ? null : { ...toAdmin(row), passwordHash: row.passwordHash };
  }

  session(tokenHash: Uint8Array, nowMs: number): { readonly admin: Admin; readonly expiresAt: Date } | null {
    const row = this.#sql.get<AdminRow & { expiresAt: number }>(
      `SELECT ${adminColumns}, s.expires_at AS expiresAt FROM session s JOIN admin a ON a.id = s.admin_id
       WHERE s.token_hash = @hash AND s.expires_at > @nowMs AND a.disabled_at IS NULL`,
      { hash: Buffer.from(tokenHash), nowMs },
    );
    return row === undefined ? null : { admin: toAdmin(row), expiresAt: new Date(row.expiresAt) };
  }

  tokens(adminId?: AdminId): ApiToken[] {
    const where = adminId === undefined ? '' : 'WHERE t.admin_id = @adminId';
    const params = adminId === undefined ? {} : { adminId };
    return this.#sql
      .all<ApiTokenRow>(`SELECT ${apiTokenColumns} FROM api_token t ${where} ORDER BY t.created_at, t.id`, params)
      .map(toApiToken);
  }

  token(tokenHash: Uint8Array): (ApiToken & { readonly admin: Admin | null }) | null {
    const row = this.#sql.get<ApiTokenRow>(
      `SELECT ${apiTokenColumns} FROM api_token t LEFT JOIN admin a ON a.id = t.admin_id
       WHERE t.token_hash = @hash AND t.revoked_at IS NULL AND a.disabled_at IS NULL`,
      { hash: Buffer.from(tokenHash) },
    );
    if (row === undefined) return null;
    return { ...toApiToken(row), admin: row.adminId === null ? null : this.admin(row.adminId) };
  }

  signingSecrets(): { readonly token: ApiToken; readonly secret: Uint8Array }[] {
    return this.#sql
      .all<ApiTokenRow & { secret: Buffer }>(
        `SELECT ${apiTokenColumns}, t.signing_secret AS secret FROM api_token t LEFT JOIN admin a ON a.id = t.admin_id
         WHERE t.signing_secret IS NOT NULL AND t.revoked_at IS NULL AND a.disabled_at IS NULL`,
      )
      .map((row) => ({ token: toApiToken(row), secret: new Uint8Array(row.secret) }));
  }

  /** Undefined if it was never set. */
  setting(name: string): unknown {
    const row = this.#sql.get<{ value: string }>('SELECT value FROM setting WHERE name = @name', { name });
    return row === undefined ? undefined : JSON.parse(row.value);
  }

  meta(name: string): unknown {
    const row = this.#sql.get<{ value: string }>('SELECT value FROM meta WHERE name = @name', { name });
    return row === undefined ? undefined : JSON.parse(row.value);
  }

  /** Newest first. */
  audit(limit: number, cursor: string | null): { readonly items: AuditEntry[]; readonly nextCursor: string | null } {
    const position = decodeCursor(cursor)?.[0] ?? Number.MAX_SAFE_INTEGER;
    const rows = this.#sql.all<AuditRow>(
      `SELECT id, at, admin_id AS "by", via, action, subject, detail FROM audit
       WHERE id < @position ORDER BY id DESC LIMIT @limit`,
      { position, limit: limit + 1 },
    );
    return toPage(rows, limit, null, toEntry, ({ id }) => [id]);
  }

  auditAbout(entries: readonly AuditEntry[]): (AuditAbout | null)[] {
    return entries.map((entry) => this.#subjects.about(entry));
  }
}

interface AuditRow extends Omit<AuditEntry, 'at' | 'detail'> {
  readonly id: number;
  readonly at: number;
  readonly detail: string;
}

function toEntry({ id: _, at, detail, ...row }: AuditRow): AuditEntry {
  return { ...row, at: new Date(at), detail: JSON.parse(detail) };
}
