import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Sqlite } from '../../src/lib/sqlite.ts';

/** Thrown into the work of the ledger where the simulated process ends; what it does after that is not kept. */
class Crashed extends Error {}

type Fault =
  | { readonly kind: 'crash'; left: number; readonly from: string; readonly to: string }
  | { readonly kind: 'disk-full' | 'bug'; left: number };

/**
 * Makes the process end, the disk fill up or a bug strike before the n-th write to SQLite from now on. The simulated
 * process works in the folder `from`; when it ends, what is on its disk is copied to `to`, where it starts again.
 */
export class Faults {
  #fault: Fault | null = null;
  #fired = false;

  constructor() {
    hooked = this;
  }

  crashAfter(writes: number, from: string, to: string): void {
    this.#arm({ kind: 'crash', left: writes, from, to });
  }

  failAfter(writes: number, kind: 'disk-full' | 'bug'): void {
    this.#arm({ kind, left: writes });
  }

  /** @returns whether the fault struck */
  disarm(): boolean {
    this.#fault = null;
    return this.#fired;
  }

  #arm(fault: Fault): void {
    this.#fault = fault;
    this.#fired = false;
  }

  beforeWrite(sql: string): void {
    const fault = this.#fault;
    if (fault === null || sql.startsWith('ROLLBACK') || fault.left-- > 0) return;
    this.#fault = null;
    this.#fired = true;
    if (fault.kind === 'crash') {
      copyDisk(fault.from, fault.to);
      throw new Crashed('the simulated process has ended');
    }
    if (fault.kind === 'bug') throw new Error('a simulated bug');
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  }
}

/** What a process that is killed leaves behind: everything but the shared memory beside the write-ahead log. */
export function copyDisk(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) {
    if (!file.endsWith('-shm')) copyFileSync(path.join(from, file), path.join(to, file));
  }
}

let hooked: Faults | null = null;

interface SqliteStatement {
  readonly source: string;
  run(...args: unknown[]): unknown;
}

/** The driver, not the ledger, is where a disk fails. */
function hookDriver(): void {
  const db = new Sqlite(':memory:');
  const prototype = Object.getPrototypeOf(db.prepare('SELECT 1')) as SqliteStatement;
  db.close();
  const run = prototype.run;
  prototype.run = function (this: SqliteStatement, ...args: unknown[]) {
    hooked?.beforeWrite(this.source);
    return run.apply(this, args);
  };
}

hookDriver();
