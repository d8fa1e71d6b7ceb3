import type { SettingsStore } from '../../core/settings/settings-store.ts';
import type { NodeId } from '../../core/units/ids.ts';

const SETTING = 'access.giving-back';

/**
 * Nodes where not all was there when everything was to be given back: it is, as soon as it is there again. Asked after
 * every poll of every node, so it is read once; this process alone writes it.
 */
export class GivingBack {
  readonly #settings: SettingsStore;
  #nodes: Promise<ReadonlySet<NodeId>> | null = null;
  /** One change after the other: each begins with what the one before left. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(settings: SettingsStore) {
    this.#settings = settings;
  }

  async has(id: NodeId): Promise<boolean> {
    return (await this.#read()).has(id);
  }

  set(id: NodeId, isOn: boolean): Promise<void> {
    const turn = this.#turn.then(async () => {
      const before = await this.#read();
      if (before.has(id) === isOn) return;
      const after = new Set(before);
      if (isOn) after.add(id);
      else after.delete(id);
      await this.#settings.set(SETTING, [...after], null);
      this.#nodes = Promise.resolve(after);
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #read(): Promise<ReadonlySet<NodeId>> {
    this.#nodes ??= this.#load().catch((error: unknown) => {
      this.#nodes = null;
      throw error;
    });
    return this.#nodes;
  }

  async #load(): Promise<ReadonlySet<NodeId>> {
    return new Set(((await this.#settings.get(SETTING)) as readonly NodeId[] | null | undefined) ?? []);
  }
}
