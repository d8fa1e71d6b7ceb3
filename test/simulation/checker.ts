import { LAW_NAMES, Laws } from './checks.ts';
import type { Machine } from './machine.ts';
import type { Model } from './model.ts';
import type { Observer } from './observe.ts';
import type { Random } from './random.ts';
import { statementOf } from './statements.ts';
import type { Truth } from './truth.ts';

interface Parts {
  readonly machine: Machine;
  readonly truth: Truth;
  readonly observer: Observer;
  readonly random: Random;
}

/** Holds the ledger against the model, against what really happened, and against its own laws. */
export class Checker {
  readonly #machine: Machine;
  readonly #truth: Truth;
  readonly #observer: Observer;
  readonly #random: Random;
  readonly #laws = new Laws();

  constructor({ machine, truth, observer, random }: Parts) {
    this.#machine = machine;
    this.#truth = truth;
    this.#observer = observer;
    this.#random = random;
  }

  /** Everything that the model and the truth know. Records from before `cleanedMs` are gone. */
  async check(model: Model, cleanedMs: number, thorough: 'now and then' | 'all' = 'now and then'): Promise<void> {
    const machine = this.#machine;
    await machine.settle();
    model.runPlanned(machine.nowMs);
    if (thorough === 'all') this.#observer.forget();
    const difference = this.#observer.difference(model, machine);
    if (difference !== '') throw new Error(`the ledger is not as the model says:\n${difference}`);
    // The laws read all of the file; what breaks one mostly stays broken until the end, where all are looked at.
    const law = thorough === 'all' ? 'all' : this.#random.chance(0.5) ? this.#random.pick(LAW_NAMES) : null;
    const broken = law === null ? [] : this.#laws.breaches(machine, cleanedMs, law);
    if (broken.length > 0) throw new Error(broken.join('\n'));
    await this.#truth.checkShown(model, machine.store, (name) => machine.userId(name));
    this.#truth.checkBooked(machine);
  }

  /** After every call: that nothing came, went or is counted twice in the tables that hold bytes. */
  checkSums({ state, sum }: Model): void {
    const { isNoted, journal, look } = this.#machine;
    if (!isNoted || journal.isBehind) return;
    const found = statementOf(look, SUMS, 'big').get() as Record<string, bigint>;
    const wanted: Record<string, bigint> = {
      ...{ rx: sum.rx, tx: sum.tx, rx_of_days: sum.rx, tx_of_days: sum.tx },
      ...{
        keys: BigInt(state.keys.size),
        aside: BigInt(state.quarantined.length),
        entries: BigInt(state.entries.length),
      },
    };
    for (const [what, value] of Object.entries(wanted)) {
      if (found[what] !== value) throw new Error(`sums of the ledger: ${what} is ${found[what]}, not ${value}`);
    }
  }
}

const SUMS = `SELECT t.rx, t.tx, d.rx AS rx_of_days, d.tx AS tx_of_days, (SELECT count(*) FROM report_key) AS keys,
    (SELECT count(*) FROM quarantine) AS aside, (SELECT count(*) FROM entry) AS entries
  FROM (SELECT ifnull(sum(rx), 0) AS rx, ifnull(sum(tx), 0) AS tx FROM tally) t,
    (SELECT ifnull(sum(rx), 0) AS rx, ifnull(sum(tx), 0) AS tx FROM day) d`;
