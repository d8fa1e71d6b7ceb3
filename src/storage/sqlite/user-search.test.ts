import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NewUser, UserQuery } from '../../core/inventory/inventory-store.ts';
import { Calendar } from '../../core/units/calendar.ts';
import { ManualClock } from '../../core/units/testing.ts';
import { randomId } from '../../lib/random-id.ts';
import { makeReaders, makeSlowReads } from '../sql/reader/readers.ts';
import { localSlowReader, type SlowReader } from '../sql/slow-reader.ts';
import { UserSearch } from '../sql/user-search.ts';
import { readConnection } from './connections.ts';
import { openForReading } from './database.ts';
import { openSqliteStore, type SqliteStore } from './sqlite-store.ts';

/** More than are looked through in the tables. */
const MANY = 1_050;

let folder: string;
let store: SqliteStore;
let clock: ManualClock;
let changed: () => void;
/** Happens after the texts were read, before they are taken over. */
let meanwhile: () => void;
let search: UserSearch;
let readers: ReturnType<typeof makeReaders>;

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'xpert-search-'));
  const file = path.join(folder, 'ledger.db');
  clock = new ManualClock('2026-03-10T20:00:00Z');
  store = await openSqliteStore({ path: file, clock, newId: () => randomId(16), timeZone: 'UTC', workers: null });
  await store.inventory.addUsers(Array.from({ length: MANY }, (_, n) => user(n)));
  readers = makeReaders(readConnection(openForReading(file)), Calendar.of('UTC'));
  const people = {
    onPeople(follow: () => void) {
      changed = follow;
    },
  };
  const local = localSlowReader(makeSlowReads(readers));
  meanwhile = () => {};
  const slow: SlowReader = {
    ...local,
    async read(name, ...args) {
      const answer = await local.read(name, ...args);
      meanwhile();
      return answer;
    },
  };
  search = new UserSearch(people, slow, readers.userTexts, readers.inventory, clock);
});

afterEach(async () => {
  readers.connection.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

function user(n: number): NewUser {
  return {
    ...{ name: `User-${n}`, userToken: `Token_${n * 7}`, linkToken: `link-${n}`, role: 'user', ownerId: null },
    ...{ note: n % 3 ? '' : `flat ${n}\nasks for 50%`, telegramId: n % 5 ? null : 5_000_000_000 + n },
    ...{ active: true, createdAt: clock.now(), countInCycle: true, tags: n % 2 ? ['odd'] : [] },
  };
}

const PARTS = ['user-1', 'USER-1', 'token_70', '500000001', 'FLAT 9', '50%', '_', 'nobody', 'er-1049', 'ft', '\\'];

test('a long list is searched in memory, and finds whom the tables find', async () => {
  const id = (await store.inventory.findUser('User-77'))?.id as never;
  await store.inventory.rotateUserToken(id, 'another-token');
  await store.inventory.deleteUser((await store.inventory.findUser('User-10'))?.id as never, clock.now());
  await search.prepare();
  for (const part of [...PARTS, 'Token_539', 'another', 'User-10']) {
    for (const filter of [{}, { tag: 'odd' }]) {
      const query: UserQuery = { limit: 10, cursor: null, search: part, ...filter };
      expect([part, filter, await search.rows(query)]).toEqual([part, filter, readers.inventory.userRows(query)]);
    }
  }
});

test('looking at the list prepares it; a change of users throws it away at once', async () => {
  const found = () => search.rows({ limit: 10, cursor: null, search: 'user-104' });
  expect(await search.rows({ limit: 10, cursor: null })).toBeNull();
  await search.prepare();
  expect(await found()).toHaveLength(11);
  changed();
  expect(await found()).toBeNull();
});

test('what changed while it was read is not searched', async () => {
  meanwhile = changed;
  await search.prepare();
  expect(await search.rows({ limit: 10, cursor: null, search: 'user-104' })).toBeNull();
});

test('it is given back when nobody looks', async () => {
  await search.prepare();
  clock.advance(11 * 60_000);
  search.tidy();
  expect(await search.rows({ limit: 10, cursor: null, search: 'user-104' })).toBeNull();
});

test('a line’s end in a search is looked for in the tables, which know where a text ends', async () => {
  await search.prepare();
  expect(await search.rows({ limit: 10, cursor: null, search: '9\nasks' })).toBeNull();
});
