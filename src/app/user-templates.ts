import { InvalidInput, NotFound } from '../core/errors.ts';
import type { TemplateAuthor, UserTemplate, UserTemplates } from '../core/inventory/user-template.ts';
import type { SettingsStore } from '../core/settings/settings-store.ts';

const SETTING = 'users.templates';
/** Of the owner, and of each reseller: nobody takes the places of others. */
const MOST_OF_OWNER = 200;
const MOST_OF_RESELLER = 50;
/** As JSON. They are read whole, with every user who is made from one. */
const MOST_BYTES = 16 * 1024;

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

  async save(wanted: Omit<UserTemplate, 'ownerId'>, by: TemplateAuthor): Promise<UserTemplate> {
    let saved: UserTemplate = { ...wanted, ownerId: by.only };
    await this.#change(by, (before) => {
      const there = findChangeable(before, wanted.name, by);
      saved = { ...wanted, ownerId: there === undefined ? by.only : there.ownerId };
      const others = before.filter(({ name }) => name !== saved.name);
      mustHaveRoom(others, saved);
      return [...others, saved].sort((a, b) => (a.name < b.name ? -1 : 1));
    });
    return saved;
  }

  remove(name: string, by: TemplateAuthor): Promise<void> {
    return this.#change(by, (before) => {
      if (findChangeable(before, name, by) === undefined) throw new NotFound('template', name);
      return before.filter((one) => one.name !== name);
    });
  }

  #change(
    { adminId }: TemplateAuthor,
    change: (before: readonly UserTemplate[]) => readonly UserTemplate[],
  ): Promise<void> {
    const turn = this.#turn.then(async () => this.#settings.set(SETTING, change(await this.all()), adminId));
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

/** @throws NotFound for a template of somebody else */
function findChangeable(all: readonly UserTemplate[], name: string, { only }: TemplateAuthor) {
  const there = all.find((one) => one.name === name);
  if (there !== undefined && only !== null && there.ownerId !== only)
    throw new NotFound('template', name, 'Another admin has one of that name.');
  return there;
}

/** @throws InvalidInput */
function mustHaveRoom(others: readonly UserTemplate[], { ownerId, ...template }: UserTemplate): void {
  if (Buffer.byteLength(JSON.stringify(template)) > MOST_BYTES)
    throw new InvalidInput('', `A template is ${MOST_BYTES / 1024} KiB of JSON at most.`, 'Make a plan of its terms.');
  const most = ownerId === null ? MOST_OF_OWNER : MOST_OF_RESELLER;
  if (others.filter((other) => other.ownerId === ownerId).length >= most)
    throw new InvalidInput('/name', `There are ${most} templates already.`, 'Remove one that nobody needs.');
}
