import type { Statement } from '../database.ts';

/** One thing that will be asked for: by its name, with the parameters of the statement. */
export interface Wanted {
  readonly key: string;
  /** Who will remember the answer: what two of them want is not asked ahead, the second one must see what the first one did. */
  readonly by: object;
  readonly params: readonly unknown[];
}

/**
 * Answers of a statement that were asked for together, where the engine is better asked so. Each can be taken once, as long as
 * nothing was written that it tells of; who finds none asks for itself.
 */
export class AskedAhead {
  readonly #statement: Statement;
  readonly #answers = new Map<string, readonly unknown[]>();

  constructor(statement: Statement) {
    this.#statement = statement;
  }

  /** False: asking one by one costs no more. */
  get isWorthwhile(): boolean {
    return this.#statement.allEach !== undefined;
  }

  /** In place of all that was asked before. */
  ask(wanted: readonly Wanted[]): void {
    this.#answers.clear();
    const byKey = new Map<string, Wanted | null>();
    for (const one of wanted) {
      const other = byKey.get(one.key);
      byKey.set(one.key, other === undefined || other?.by === one.by ? one : null);
    }
    const asked = [...byKey.values()].filter((one) => one !== null);
    const answers = this.#statement.allEach?.(asked.map(({ params }) => params)) ?? [];
    asked.forEach(({ key }, i) => void this.#answers.set(key, answers[i] ?? []));
  }

  take(key: string): readonly unknown[] | undefined {
    const answer = this.#answers.get(key);
    this.#answers.delete(key);
    return answer;
  }
}
