import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Calendar } from '../../core/units/calendar.ts';
import { randomId } from '../../lib/random-id.ts';
import { LedgerWriter } from '../sql/writer/ledger-writer.ts';
import type { WriterItem } from '../sql/writer/writer-items.ts';
import { writeConnection } from './connections.ts';
import { openForWriting } from './database.ts';
import { DiskReserve } from './disk-reserve.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const MIB = 2 ** 20;
const isRoot = process.getuid?.() === 0;

let disk: string;
let db: Database;
let reserve: DiskReserve;
let writer: LedgerWriter;
let lastId = 0;

beforeEach(() => {
  disk = mkdtempSync(path.join(os.tmpdir(), 'xpert-disk-'));
  if (!isRoot) return;
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', disk]);
  const file = path.join(disk, 'ledger.db');
  db = openForWriting(file);
  reserve = new DiskReserve(file, 4 * MIB);
  const connection = writeConnection(db, reserve);
  writer = new LedgerWriter(connection, { calendar: Calendar.of('UTC'), newId: () => randomId(16), nowMs: NOW });
});

afterEach(() => {
  if (isRoot) execFileSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true, force: true });
});

function call(...items: object[]): unknown[] {
  writer.enqueue(
    items.map((item) => ({ ...item, id: ++lastId }) as WriterItem),
    NOW + lastId,
  );
  const codes: unknown[] = [];
  while (writer.hasWork) {
    for (const answer of writer.turn().answers) {
      codes.push(answer.ok ? (answer.value ?? 'ok') : (answer.error as { code?: string }).code);
    }
  }
  return codes;
}

const keepReserve = { kind: 'operation', name: 'keepReserve', args: [] };

/** Reports of 800 users until one request is refused, or the reserve is given up. @returns how many were recorded */
function reportUntil(isEnough: (code: unknown) => boolean): number {
  for (let recorded = 0, n = 0; n < 2_000; n++) {
    const reports = Array.from({ length: 800 }, (_, i) => ({
      ...{ userToken: `token ${i}`, server: 'a.example.com', port: 443, protocol: 'vless' },
      ...{ rx: 3n, tx: 5n, mode: 'delta', stream: '', eventId: randomId(20), periodStart: null, periodEnd: null },
    }));
    const sender = { credential: null, verified: true, backfill: false };
    const [answer] = call({ kind: 'reports', sender, reports });
    recorded += (answer as { recorded?: number }).recorded ?? 0;
    if (isEnough(answer)) return recorded;
  }
  throw new Error('the disk did not become full');
}

it.runIf(isRoot)(
  'a disk that the log has filled takes reports again with the reserve, and the reserve comes back',
  () => {
    expect(call(keepReserve)).toEqual([true]);
    expect(statSync(reserve.path).blocks * 512).toBeGreaterThanOrEqual(4 * MIB);
    // Less room than the log takes before it is written back.
    writeFileSync(path.join(disk, 'filler'), Buffer.alloc(25 * MIB));
    const before = statSync(path.join(disk, 'ledger.db')).size;
    let recorded = reportUntil(() => !reserve.isHeld);
    // The log was written back into the file, which could grow.
    expect(statSync(path.join(disk, 'ledger.db')).size).toBeGreaterThan(before);
    expect(call(keepReserve)).toEqual([false]);
    recorded += reportUntil((code) => code === 'disk-full');
    rmSync(path.join(disk, 'filler'));
    while (writer.isBehind) writer.fold();
    recorded += reportUntil(() => true);
    while (writer.isBehind) writer.fold();
    expect(call(keepReserve)).toEqual([true]);
    expect(reserve.isHeld).toBe(true);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(db.prepare('SELECT sum(total) FROM tally').pluck().get()).toBe(recorded * 8);
    writer.close();
  },
  60_000,
);

it.runIf(isRoot)('a start finds the disk full: its first commit has the room of the reserve', () => {
  expect(call(keepReserve)).toEqual([true]);
  writer.close();
  const file = path.join(disk, 'ledger.db');
  db = openForWriting(file);
  db.pragma('user_version');
  fill(path.join(disk, 'filler'));
  const options = { calendar: Calendar.of('UTC'), newId: () => randomId(16), nowMs: NOW + 60_000 };
  expect(() => new LedgerWriter(writeConnection(db), options)).toThrow(/full/);
  expect(reserve.isHeld).toBe(true);
  writer = new LedgerWriter(writeConnection(db, reserve), options);
  expect(reserve.isHeld).toBe(false);
  expect(reportUntil(() => true)).toBe(800);
  writer.close();
});

function fill(file: string): void {
  for (let size = MIB, n = 0; size >= 512; n++) {
    try {
      writeFileSync(`${file}-${n}`, Buffer.alloc(size));
    } catch {
      size /= 2;
    }
  }
}
