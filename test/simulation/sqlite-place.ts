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
import { type Database, Sqlite } from '../../src/lib/sqlite.ts';
import type { Stores } from '../../src/storage/sql/stores.ts';
import { openForWriting } from '../../src/storage/sqlite/database.ts';
import { beginIncarnation, inspectBackup } from '../../src/storage/sqlite/restore.ts';
import { openSqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import { SCRATCH } from '../support/scratch.ts';
import { type Faults, throwFault } from './faults.ts';
import { driverStatement } from './late-statements.ts';
import type { Place, PlaceStart } from './place.ts';
import type { Random } from './random.ts';
import { statementOf } from './statements.ts';

/** A file on a disk of its own. What a process that ends leaves is another disk, on which the next one begins. */
export class SqlitePlace implements Place {
  readonly #clock: ManualClock;
  readonly #random: Random;
  readonly #root = mkdtempSync(path.join(SCRATCH, 'xpert-simulation-'));
  #disk = 0;
  #backups = 0;
  #look: Database | null = null;

  constructor(clock: ManualClock, random: Random, faults: Faults) {
    this.#clock = clock;
    this.#random = random;
    hooked = faults;
    mkdirSync(this.#folder);
    writeFileSync(this.#file, newLedger());
  }

  async open(start: PlaceStart): Promise<Stores> {
    return await openSqliteStore({ ...start, path: this.#file, workers: null });
  }

  get look(): Database {
    this.#look ??= new Sqlite(this.#file, { readonly: true });
    return this.#look;
  }

  value(sql: string, ...params: readonly (string | number)[]): unknown {
    return statementOf(this.look, sql, 'column').get(...params);
  }

  stopped(): void {
    this.#look?.close();
    this.#look = null;
  }

  cut(): void {
    copyDisk(this.#folder, this.#nextFolder);
  }

  cleared(): void {
    rmSync(this.#folder, { recursive: true });
    this.#disk++;
    // The last write of a machine that lost its power: a frame that was not written whole.
    const log = `${this.#file}-wal`;
    if (existsSync(log) && this.#random.chance(0.3)) appendFileSync(log, Buffer.alloc(this.#random.int(1, 5000), 7));
  }

  async backUp(store: Stores): Promise<string> {
    const file = path.join(this.#root, `backup-${++this.#backups}.db`);
    await store.ledger.backup(file);
    return file;
  }

  /** As `xpert restore` does. */
  restore(backup: string): void {
    for (const rest of ['', '-wal', '-shm']) rmSync(this.#file + rest, { force: true });
    copyFileSync(backup, this.#file);
    inspectBackup(this.#file, backup);
    beginIncarnation(this.#file, { newId: () => this.#random.id(), nowMs: this.#clock.now().getTime() });
  }

  dispose(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  get #file(): string {
    return path.join(this.#folder, 'ledger.db');
  }

  get #folder(): string {
    return path.join(this.#root, `disk-${this.#disk}`);
  }

  get #nextFolder(): string {
    return path.join(this.#root, `disk-${this.#disk + 1}`);
  }
}

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
    const fault = hooked?.strikes(this.source) ?? null;
    if (fault === 'disk-full') throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    if (fault !== null) throwFault(fault);
    return run.apply(this, args);
  };
}

hookDriver();
