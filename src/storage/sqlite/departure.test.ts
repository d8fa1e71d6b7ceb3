import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openForReading, openForWriting } from './database.ts';
import { SqliteDeparture } from './departure.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xpert-departure-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('under a server of an older version its file is not brought to another schema', () => {
  const path = join(folder, 'ledger.db');
  const db = openForWriting(path);
  const present = Number(db.pragma('user_version', { simple: true }));
  db.pragma(`user_version = ${present - 1}`);
  db.close();
  expect(() => SqliteDeparture.begin(path, { isServed: true })).toThrow(
    expect.objectContaining({ code: 'server-older' }),
  );
  const after = openForReading(path);
  expect(after.pragma('user_version', { simple: true })).toBe(present - 1);
  after.close();
});

test('of the version of this one it may be served; without a ledger there is nothing to move', () => {
  const path = join(folder, 'ledger.db');
  openForWriting(path).close();
  expect(SqliteDeparture.begin(path, { isServed: true })).toBeNull();
});
