import { InvalidInput, NotFound } from '../core/errors.ts';
import type { UserTemplate, UserTemplates } from '../core/inventory/user-template.ts';
import type { SettingsStore } from '../core/settings/settings-store.ts';
import type { AdminId } from '../core/units/ids.ts';

const SETTING = 'users.templates';
const MOST = 200;

/** Templates of users, among the settings: there are few, and they are read whole. */
export class SavedTemplates implements UserTemplates {
  readonly #settings: SettingsStore;
  /** One change after the other: each begins with what the one before left. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(settings: SettingsStore) {
    this.#settings = settings;
  }

  async all(): Promise<readonly UserTemplate[]> {
    return ((await this.#settings.get(SETTING)) as readonly UserTemplate[] | null | undefined) ?? [];
  }

  save(template: UserTemplate, by: AdminId | null): Promise<void> {
    return this.#change(by, (before) => {
      const others = before.filter(({ name }) => name !== template.name);
      if (others.length >= MOST)
        throw new InvalidInput('/name', `There are ${MOST} templates already.`, 'Remove one that nobody needs.');
      return [...others, template].sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  remove(name: string, by: AdminId | null): Promise<void> {
    return this.#change(by, (before) => {
      if (!before.some((one) => one.name === name)) throw new NotFound('template', name);
      return before.filter((one) => one.name !== name);
    });
  }

  #change(by: AdminId | null, change: (before: readonly UserTemplate[]) => readonly UserTemplate[]): Promise<void> {
    const turn = this.#turn.then(async () => this.#settings.set(SETTING, change(await this.all()), by));
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
