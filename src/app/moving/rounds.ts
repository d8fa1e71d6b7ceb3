import type { Move, MoveTable } from '../../storage/sql/moving.ts';
import type { ClosedBefore } from '../../storage/sqlite/change-watch.ts';
import type { SqliteDeparture } from '../../storage/sqlite/departure.ts';
import { type Copying, ofDay } from './copying.ts';
import type { MoveWatcher } from './move.ts';

/** After so many the rest is copied while the server waits, whatever it is. */
const MOST_ROUNDS = 5;
/** So few days are copied in a moment. */
const FEW_DAYS = 3;

interface Use {
  readonly from: SqliteDeparture;
  readonly copying: Copying;
  readonly move: Move;
  /** Those that are chunked. */
  readonly tables: readonly MoveTable[];
  readonly watcher: MoveWatcher;
}

/**
 * Copies closed days while a server writes. What changes in them meanwhile (late bytes, corrections, cleanup) is written down
 * in the commit that changes it, and copied again.
 */
export class Rounds {
  readonly #use: Use;
  #closed: ClosedBefore = {};
  #last: ReturnType<SqliteDeparture['takeChanges']> | undefined;

  constructor(use: Use) {
    this.#use = use;
  }

  run(): void {
    const { watcher } = this.#use;
    this.#begin();
    for (let round = 1; round < MOST_ROUNDS; round++) {
      const changes = this.#use.from.takeChanges(this.#use.move);
      if (changes === null) {
        watcher.say('The server was started anew meanwhile: what was copied is copied again.');
        this.#begin();
        continue;
      }
      let rows = 0;
      for (const table of this.#use.tables)
        for (const { day } of changes.filter((change) => change.table === table.name))
          rows += this.#use.copying.copy(ofDay(table, day));
      watcher.say(`Round ${round}: ${changes.length} days had changed, ${rows} rows.`);
      watcher.step('round');
      if (changes.length <= FEW_DAYS) return;
    }
  }

  /** False: it cannot be told what changed since it was copied. To be asked when nobody writes any more. */
  get isWatched(): boolean {
    return this.#changes() !== null;
  }

  /** Closed days that changed since the last round. To be asked when nobody writes any more. */
  changedOf({ name }: MoveTable): number[] {
    return (this.#changes() ?? []).filter(({ table }) => table === name).map(({ day }) => day);
  }

  closedBefore({ name }: MoveTable): number {
    return this.#closed[name] ?? 0;
  }

  #changes() {
    if (this.#last === undefined) this.#last = this.#use.from.takeChanges(this.#use.move);
    return this.#last;
  }

  #begin(): void {
    const { from, copying, move, tables, watcher } = this.#use;
    this.#closed = from.closedBefore();
    from.watch(move, this.#closed);
    for (const table of tables) {
      copying.forget(table);
      let rows = 0;
      for (const day of copying.days(table))
        if (day < this.closedBefore(table)) rows += copying.copy(ofDay(table, day));
      if (rows > 0) watcher.say(`${table.name}: ${rows} rows of closed days`);
    }
    watcher.step('round');
  }
}
