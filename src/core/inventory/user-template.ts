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

/** Who changes templates. */
export interface TemplateAuthor {
  readonly adminId: AdminId | null;
  /** Whose templates they change, and make; null: they change all, and make the owner's. */
  readonly only: AdminId | null;
}

/** Port: templates of users. */
export interface UserTemplates {
  /** By name. */
  all(): Promise<readonly UserTemplate[]>;
  /**
   * Replaces the one of that name, which stays whose it is. @throws NotFound for one of somebody else, InvalidInput where
   * there are too many, or it is too large
   */
  save(template: Omit<UserTemplate, 'ownerId'>, by: TemplateAuthor): Promise<UserTemplate>;
  /** @throws NotFound also for one of somebody else */
  remove(name: string, by: TemplateAuthor): Promise<void>;
}
