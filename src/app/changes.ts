import type { ChangeFeed, Topic } from '../core/settings/operations.ts';

/** Tells those who look on what changed beside the ledger's own commits. */
export class Changes implements ChangeFeed {
  readonly #listeners = new Set<(topics: readonly Topic[]) => void>();

  subscribe(listener: (topics: readonly Topic[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(...topics: readonly Topic[]): void {
    for (const listener of this.#listeners) listener(topics);
  }
}
