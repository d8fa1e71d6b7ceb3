import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { ManualClock } from '../../src/core/units/testing.ts';
import type { Database } from '../../src/lib/sqlite.ts';
import type { Stores } from '../../src/storage/sql/stores.ts';
import { openForReading, openForWriting } from '../../src/storage/sqlite/database.ts';
import { beginIncarnation, inspectBackup } from '../../src/storage/sqlite/restore.ts';
import { SCRATCH } from '../support/scratch.ts';
import { type Faults, throwFault } from './faults.ts';
import type { Journal } from './journal.ts';
import { anythingWritten, driverStatement, writesTo } from './late-statements.ts';
import { openLocalStore } from './local-store.ts';
import type { Place, PlaceStart } from './place.ts';
import type { Random } from './random.ts';
import { statementOf } from './statements.ts';

interface Connections {
  readonly writing: Database;
  readonly reading: Database;
}

interface Parts {
  readonly clock: ManualClock;
  readonly random: Random;
  readonly faults: Faults;
  readonly journal: Journal;
}

/**
 * A file on a disk of its own. What a process that ends leaves is another disk, on which the next one begins; or, which comes to the
 * same for whoever trusts SQLite and costs little, the same connections, over which nothing of that process reaches the
 * file any more.
 */
export class SqlitePlace implements Place {
  readonly isNoted = true;
  readonly #clock: ManualClock;
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #journal: Journal;
  readonly #root = mkdtempSync(path.join(SCRATCH, 'xpert-simulation-'));
  #disk = 0;
  #backups = 0;
  #open: Connections | null = null;
  /** The process that runs leaves its connections to the next one. */
  #leavesOpen = false;

  constructor({ clock, random, faults, journal }: Parts) {
    this.#clock = clock;
    this.#random = random;
    this.#faults = faults;
    this.#journal = journal;
    hooked = faults;
    mkdirSync(this.#folder);
    writeFileSync(this.#file, newLedger());
  }

  async open(start: PlaceStart): Promise<Stores> {
    this.#leavesOpen = this.#random.chance(0.85);
    if (this.#open === null) {
      const writing = openForWriting(this.#file);
      // Two of them see each other's commits only by reading all pages anew: that is as dear as what is looked for.
      this.#open = { writing, reading: this.#leavesOpen ? writing : openForReading(this.#file) };
      anythingWritten();
    }
    this.#journal.begin();
    const sizes = {
      readingsPerCommit: this.#random.pick([1, 2, 3, 1000, 1000]),
      countersKept: this.#random.pick([2, 1000, 1000, 1000]),
    };
    return openLocalStore({ ...start, ...this.#open, sizes, journal: this.#journal, random: this.#random });
  }

  get look(): Database {
    if (this.#open === null) throw new Error('the simulated process does not run');
    if (this.#open.writing.inTransaction) throw new Error('a transaction was left open');
    return this.#open.reading;
  }

  changes(tables: readonly string[]): number {
    return writesTo(tables);
  }

  value(sql: string, ...params: readonly (string | number)[]): unknown {
    return statementOf(this.look, sql, 'column').get(...params);
  }

  stopped(): void {
    if (!this.#leavesOpen) this.#close();
  }

  cut(): void {
    this.#journal.close();
    if (this.#leavesOpen) this.#faults.end();
    else copyDisk(this.#folder, this.#nextFolder);
  }

  cleared(): void {
    this.#faults.begin();
    if (this.#leavesOpen) return;
    rmSync(this.#folder, { recursive: true });
    this.#disk++;
    // The last write of a machine that lost its power: a frame that was not written whole.
    const log = `${this.#file}-wal`;
    if (existsSync(log) && this.#random.chance(0.3)) appendFileSync(log, Buffer.alloc(this.#random.int(1, 5000), 7));
  }

  /** Mostly as it lies there, which a file that is not written to allows: the ledger's own copy is compact and looked through. */
  async backUp(store: Stores): Promise<string> {
    const folder = path.join(this.#root, `backup-${++this.#backups}`);
    mkdirSync(folder);
    const file = path.join(folder, LEDGER);
    if (this.#random.chance(0.25)) await store.ledger.backup(file);
    else copyDisk(this.#folder, folder);
    return folder;
  }

  /** As `xpert restore` does. */
  restore(backup: string): void {
    this.#close();
    for (const rest of ['', '-wal', '-shm']) rmSync(this.#file + rest, { force: true });
    copyDisk(backup, this.#folder);
    inspectBackup(this.#file, backup);
    beginIncarnation(this.#file, { newId: () => this.#random.id(), nowMs: this.#clock.now().getTime() });
  }

  dispose(): void {
    this.#close();
    rmSync(this.#root, { recursive: true, force: true });
  }

  /** The writer is the last one to let go: the file is whole then, without a log beside it. */
  #close(): void {
    const { writing, reading } = this.#open ?? {};
    if (reading !== writing) reading?.close();
    writing?.close();
    this.#open = null;
  }

  get #file(): string {
    return path.join(this.#folder, LEDGER);
  }

  get #folder(): string {
    return path.join(this.#root, `disk-${this.#disk}`);
  }

  get #nextFolder(): string {
    return path.join(this.#root, `disk-${this.#disk + 1}`);
  }
}

const LEDGER = 'ledger.db';

let made: Buffer | null = null;

/** A file that has the schema and nothing else: every life begins with one, and migrating takes as long as many of its steps. */
function newLedger(): Buffer {
  if (made === null) {
    const folder = mkdtempSync(path.join(SCRATCH, 'xpert-simulation-'));
    const file = path.join(folder, 'ledger.db');
    openForWriting(file).close();
    made = readFileSync(file);
    rmSync(folder, { recursive: true });
  }
  return made;
}

/** What a process that is killed leaves behind: everything but the shared memory beside the write-ahead log. */
function copyDisk(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) {
    if (!file.endsWith('-shm')) copyFileSync(path.join(from, file), path.join(to, file));
  }
}

let hooked: Faults | null = null;

/** The driver, not the ledger, is where a disk fails. */
function hookDriver(): void {
  const run = driverStatement.run;
  driverStatement.run = function (...args: unknown[]) {
    const fault = hooked?.isNear ? hooked.strikes(this.source) : null;
    if (fault === 'disk-full') throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    if (fault !== null) throwFault(fault);
    return run.apply(this, args);
  };
}

hookDriver();
