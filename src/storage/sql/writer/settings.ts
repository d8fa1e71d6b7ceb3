import type { AuditEntry } from '../../../core/settings/settings-store.ts';
import type { Database } from '../database.ts';

/** Writes of settings, the audit log and small facts about the ledger itself. */
export class Settings {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  set(name: string, value: unknown): void {
    this.#sql.setting.run(name, JSON.stringify(value ?? null));
  }

  setMeta(name: string, value: unknown): void {
    this.#sql.meta.run(name, JSON.stringify(value ?? null));
  }

  audit({ at, by, via, action, subject, detail }: AuditEntry): void {
    this.#sql.audit.run(at.getTime(), by, via, action, subject, JSON.stringify(detail));
  }

  sampleSize(nowMs: number, bytes: number): void {
    this.#sql.sampleSize.run(Math.floor(nowMs / 86_400_000), bytes);
  }
}

function prepare(db: Database) {
  const replace = 'ON CONFLICT DO UPDATE SET value = excluded.value';
  return {
    setting: db.prepare(`INSERT INTO setting (name, value) VALUES (?, ?) ${replace}`),
    meta: db.prepare(`INSERT INTO meta (name, value) VALUES (?, ?) ${replace}`),
    audit: db.prepare('INSERT INTO audit (at, admin_id, via, action, subject, detail) VALUES (?, ?, ?, ?, ?, ?)'),
    sampleSize: db.prepare('INSERT OR IGNORE INTO size_sample (day, bytes) VALUES (?, ?)'),
  };
}
