import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CommitMark } from './commit-mark.ts';

let folder: string;
let nowMs = 0;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'xpert-mark-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const file = () => path.join(folder, 'last-commit.json');
const open = () => new CommitMark(file(), () => nowMs);

test('remembers lives that ended, across starts', () => {
  const mark = open();
  mark.saw({ incarnation: 'a', sequence: 5 });
  mark.saw({ incarnation: 'b', sequence: 3 });
  mark.saw({ incarnation: 'b', sequence: 4 });
  mark.write();
  const again = open();
  expect(again.last).toEqual({ incarnation: 'b', sequence: 4, former: ['a'] });
  again.saw({ incarnation: 'c', sequence: 1 });
  expect(again.last).toEqual({ incarnation: 'c', sequence: 1, former: ['a', 'b'] });
});

test('a new life is written at once, its commits every two seconds', () => {
  const mark = open();
  mark.saw({ incarnation: 'a', sequence: 5 });
  mark.saw({ incarnation: 'b', sequence: 3 });
  expect(open().last).toEqual({ incarnation: 'b', sequence: 3, former: ['a'] });
  mark.saw({ incarnation: 'b', sequence: 4 });
  expect(open().last?.sequence).toBe(3);
  nowMs += 2_000;
  mark.saw({ incarnation: 'b', sequence: 6 });
  expect(open().last?.sequence).toBe(6);
});

test('a file of before lives were remembered is read; one that is not whole is none', () => {
  writeFileSync(file(), '{"incarnation":"a","sequence":7}');
  expect(open().last).toEqual({ incarnation: 'a', sequence: 7, former: [] });
  writeFileSync(file(), '{"incarnation":"a","sequence":7,"former":"a"}');
  expect(open().last).toBeNull();
  writeFileSync(file(), '{"incarnation":"a"');
  expect(open().last).toBeNull();
});
