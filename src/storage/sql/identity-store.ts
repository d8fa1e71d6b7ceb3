import type { IdentityStore } from '../../core/identity/identity-store.ts';
import type { SecretBox } from '../../core/identity/secret-box.ts';
import type { AuditEntry, AuditLog, SettingsStore } from '../../core/settings/settings-store.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { AdminId, ApiTokenId } from '../../core/units/ids.ts';
import type { Asked } from './reader/asked.ts';
import type { IdentityReader } from './reader/identity-reader.ts';
import type { WriterLink } from './writer-link.ts';

const SETUP_HASH = 'setup-hash';

/** Admins, sessions and API tokens. */
export class SqlIdentityStore implements IdentityStore {
  readonly #reader: Asked<IdentityReader>;
  readonly #writer: WriterLink;
  readonly #clock: Clock;
  readonly #box: SecretBox;

  constructor(reader: Asked<IdentityReader>, writer: WriterLink, clock: Clock, box: SecretBox) {
    this.#reader = reader;
    this.#writer = writer;
    this.#clock = clock;
    this.#box = box;
  }

  async admins() {
    return this.#reader.admins();
  }

  async admin(id: AdminId) {
    return this.#reader.admin(id);
  }

  async adminByName(name: string) {
    return this.#reader.adminByName(name);
  }

  addAdmin(admin: Parameters<IdentityStore['addAdmin']>[0]) {
    return this.#writer.run('addAdmin', admin);
  }

  setPassword(id: AdminId, passwordHash: string) {
    return this.#writer.run('setPassword', id, passwordHash);
  }

  setAdminDisabled(id: AdminId, at: Date | null) {
    return this.#writer.run('setAdminDisabled', id, at);
  }

  addSession(session: Parameters<IdentityStore['addSession']>[0]) {
    return this.#writer.run('addSession', session);
  }

  async session(tokenHash: Uint8Array) {
    return this.#reader.session(tokenHash, this.#clock.now().getTime());
  }

  extendSession(tokenHash: Uint8Array, expiresAt: Date) {
    return this.#writer.run('extendSession', tokenHash, expiresAt);
  }

  endSession(tokenHash: Uint8Array) {
    return this.#writer.run('endSession', tokenHash);
  }

  async tokens(adminId?: AdminId) {
    return this.#reader.tokens(adminId);
  }

  addToken(token: Parameters<IdentityStore['addToken']>[0]) {
    const { signingSecret } = token;
    return this.#writer.run('addToken', {
      ...token,
      signingSecret: signingSecret === null ? null : this.#box.seal(signingSecret),
    });
  }

  async token(tokenHash: Uint8Array) {
    return this.#reader.token(tokenHash);
  }

  async signingSecrets() {
    const stored = await this.#reader.signingSecrets();
    return stored.flatMap(({ token, secret: sealed }) => {
      // A ledger restored without its key: what the sender signs cannot be checked any more.
      const secret = this.#box.open(sealed);
      return secret === null ? [] : [{ token, secret }];
    });
  }

  revokeToken(id: ApiTokenId, at: Date) {
    return this.#writer.run('revokeToken', id, at);
  }

  touchToken(id: ApiTokenId, at: Date) {
    return this.#writer.run('touchToken', id, at);
  }

  setSetupHash(hash: Uint8Array | null) {
    return this.#writer.run('setMeta', SETUP_HASH, hash === null ? null : Buffer.from(hash).toString('hex'));
  }

  async setupHash() {
    const hex = await this.#reader.meta(SETUP_HASH);
    return typeof hex === 'string' ? new Uint8Array(Buffer.from(hex, 'hex')) : null;
  }
}

/** Settings that may change at run time. */
export class SqlSettingsStore implements SettingsStore {
  readonly #reader: Asked<IdentityReader>;
  readonly #writer: WriterLink;

  constructor(reader: Asked<IdentityReader>, writer: WriterLink) {
    this.#reader = reader;
    this.#writer = writer;
  }

  async get(name: string) {
    return this.#reader.setting(name);
  }

  set(name: string, value: unknown, _by: AdminId | null) {
    return this.#writer.run('setSetting', name, value);
  }
}

export class SqlAuditLog implements AuditLog {
  readonly #reader: Asked<IdentityReader>;
  readonly #writer: WriterLink;

  constructor(reader: Asked<IdentityReader>, writer: WriterLink) {
    this.#reader = reader;
    this.#writer = writer;
  }

  write(entry: AuditEntry) {
    return this.#writer.run('writeAudit', entry);
  }

  async read(limit: number, cursor: string | null) {
    return this.#reader.audit(limit, cursor);
  }

  async about(entries: readonly AuditEntry[]) {
    return this.#reader.auditAbout(entries);
  }
}
