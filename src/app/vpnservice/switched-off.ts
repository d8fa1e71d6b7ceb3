import type { SettingsStore } from '../../core/settings/settings-store.ts';

const SETTING = 'import.switched-off';

/**
 * Whom the bot had switched off when it was read last, by Telegram id. Only what changed there since is taken over: who is
 * suspended or let in by hand here stays so, however often the bot is read.
 */
export class SwitchedOff {
  readonly #settings: SettingsStore;
  readonly #before: ReadonlySet<number>;
  readonly #now: Set<number>;

  private constructor(settings: SettingsStore, before: ReadonlySet<number>) {
    this.#settings = settings;
    this.#before = before;
    this.#now = new Set(before);
  }

  static async read(settings: SettingsStore): Promise<SwitchedOff> {
    const saved = ((await settings.get(SETTING)) ?? []) as readonly number[];
    return new SwitchedOff(settings, new Set(saved));
  }

  /** @returns what to switch the user to; null: the bot says what it said before */
  changeOf({ telegramId, active }: { readonly telegramId: number; readonly active: boolean }): boolean | null {
    if (active) this.#now.delete(telegramId);
    else this.#now.add(telegramId);
    return active === !this.#before.has(telegramId) ? null : active;
  }

  /** What was taken over is remembered. */
  async save(): Promise<void> {
    const { size } = this.#before;
    if (size === this.#now.size && [...this.#now].every((id) => this.#before.has(id))) return;
    await this.#settings.set(SETTING, [...this.#now], null);
  }
}
