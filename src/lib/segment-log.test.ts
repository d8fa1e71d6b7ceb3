import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SegmentLog } from './segment-log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xpert-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const payload = (n: number) => Buffer.from(`payload ${n} `.repeat(n));
const open = () => SegmentLog.open(folder);
const all = (log: SegmentLog, after = 0) =>
  [...log.segmentsAfter(after)].flat().map(({ sequence, payload: bytes }) => [sequence, bytes.toString()]);
const files = () => readdirSync(folder).sort();
const expected = (...numbers: readonly number[]) => numbers.map((n) => [n, payload(n).toString()]);

/** Three segments: 1-2, 5-6, 9. */
function fill(): SegmentLog {
  const { log } = open();
  for (const n of [1, 2, 5, 6, 9]) log.append(n, payload(n), n === 5 || n === 9);
  return log;
}

describe('SegmentLog', () => {
  test('gives back what was written, also after opening anew; numbers may be skipped', () => {
    fill().close();
    const { log, cutBytes } = open();
    expect(cutBytes).toBe(0);
    expect(log).toMatchObject({ last: 9, first: 1 });
    expect(files()).toHaveLength(3);
    expect(all(log)).toEqual(expected(1, 2, 5, 6, 9));
    expect(all(log, 4)).toEqual(expected(5, 6, 9));
    expect(all(log, 5)).toEqual(expected(5, 6, 9));
    expect(() => log.append(9, payload(9), false)).toThrow('not after');
    log.append(10, payload(10), false);
    expect(files()).toHaveLength(4);
  });

  test('a torn end is cut off wherever it was torn, and writing goes on', () => {
    fill().close();
    const last = join(folder, files().at(-1) ?? '');
    const second = join(folder, files()[1] ?? '');
    const whole = statSync(second).size;
    for (let bytes = whole - 1; bytes > whole - 10; bytes -= 1) {
      rmSync(last, { force: true });
      truncateSync(second, bytes);
      const { log } = open();
      expect(log.last).toBe(5);
      expect(all(log)).toEqual(expected(1, 2, 5));
      log.append(9, payload(9), false);
      log.close();
      expect(all(open().log)).toEqual(expected(1, 2, 5, 9));
    }
  });

  test('a segment with nothing whole in it is removed', () => {
    fill().close();
    const last = join(folder, files().at(-1) ?? '');
    writeFileSync(last, 'XPSE');
    const { log, cutBytes } = open();
    expect(cutBytes).toBe(4);
    expect(log.last).toBe(6);
    expect(files()).toHaveLength(2);
  });

  test('a bit that turned hides the rest of its segment and no other', () => {
    fill().close();
    const first = join(folder, files()[0] ?? '');
    const bytes = readFileSync(first);
    bytes.writeUInt8((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1);
    writeFileSync(first, bytes);
    expect(all(open().log)).toEqual(expected(1, 5, 6, 9));
  });

  test('garbage behind the last record is no record', () => {
    fill().close();
    appendFileSync(join(folder, files().at(-1) ?? ''), Buffer.alloc(40, 7));
    const { log, cutBytes } = open();
    expect(cutBytes).toBe(40);
    expect(all(log)).toEqual(expected(1, 2, 5, 6, 9));
  });

  test('removes whole segments from the oldest on, never the one it writes to', () => {
    const log = fill();
    expect(log.removable(6).map(({ first, last }) => [first, last])).toEqual([[1, 4]]);
    expect(log.removable(8)).toHaveLength(2);
    expect(log.removeOldest()).toBe(true);
    expect(all(log)).toEqual(expected(5, 6, 9));
    expect(log.removeOldest()).toBe(true);
    expect(log.removeOldest()).toBe(false);
    const bytes = log.bytes;
    expect(bytes).toBe(statSync(join(folder, files()[0] ?? '')).size);
    log.clear();
    expect(log).toMatchObject({ last: 0, bytes: 0 });
    expect(files()).toEqual([]);
  });
});
