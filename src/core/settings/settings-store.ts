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

/** What an entry names by an id, in words. */
export interface AuditAbout {
  readonly everybody: boolean;
  /** All users of that admin. */
  readonly admin: string | null;
  /** The first of those it is about: users, peers, VPN services. */
  readonly names: readonly NamedSubject[];
  /** How many these are in all. */
  readonly count: number;
  readonly node: NamedSubject | null;
  /** Who has it from then on. */
  readonly to: NamedSubject | null;
  /** The instant that it holds for, or of what was undone or decided. */
  readonly at: Date | null;
}

export interface NamedSubject {
  readonly name: string;
  readonly deleted: boolean;
}

export interface AuditLog {
  write(entry: AuditEntry): Promise<void>;
  read(
    limit: number,
    cursor: string | null,
  ): Promise<{ readonly items: AuditEntry[]; readonly nextCursor: string | null }>;
  /** For each entry; null where its subject is in words already, or no more to be found. */
  about(entries: readonly AuditEntry[]): Promise<readonly (AuditAbout | null)[]>;
}
