import type { AdminId } from '../units/ids.ts';

/** What users who are made from it have in common, unless it is said otherwise for one of them. */
export interface UserTemplate {
  /** Unique. */
  readonly name: string;
  /** Whose it is; null: the owner's, which every admin may use. */
  readonly ownerId: AdminId | null;
  readonly note: string;
  readonly tags: readonly string[];
  /** As a request says what a user is entitled to; null: to everything. */
  readonly entitlement: Readonly<Record<string, unknown>> | null;
  /** Days from the making of a user until access ends; null: as the entitlement says. */
  readonly expiresInDays: number | null;
}

/** Port: templates of users. */
export interface UserTemplates {
  /** By name. */
  all(): Promise<readonly UserTemplate[]>;
  /** Replaces the one of that name. @throws InvalidInput where there are too many */
  save(template: UserTemplate, by: AdminId | null): Promise<void>;
  /** @throws NotFound */
  remove(name: string, by: AdminId | null): Promise<void>;
}
