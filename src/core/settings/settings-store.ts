import type { AdminId } from '../units/ids.ts';

/** Port: settings that may change at run time, as JSON values by name. */
export interface SettingsStore {
  get(name: string): Promise<unknown>;
  set(name: string, value: unknown, by: AdminId | null): Promise<void>;
}

/** One line of the audit log: who did what to what. Never holds secrets. */
export interface AuditEntry {
  readonly at: Date;
  readonly by: AdminId | null;
  /** How they came in: `panel`, `token`, `cli`, `system`. */
  readonly via: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AuditLog {
  write(entry: AuditEntry): Promise<void>;
  read(
    limit: number,
    cursor: string | null,
  ): Promise<{ readonly items: AuditEntry[]; readonly nextCursor: string | null }>;
}
