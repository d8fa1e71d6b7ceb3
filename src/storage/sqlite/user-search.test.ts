import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NewUser, UserQuery } from '../../core/inventory/inventory-store.ts';
import { Calendar } from '../../core/units/calendar.ts';
import type { UserId } from '../../core/units/ids.ts';
import { ManualClock } from '../../core/units/testing.ts';
import { randomId } from '../../lib/random-id.ts';
import { makeReaders, makeSlowReads } from '../sql/reader/readers.ts';
import { localSlowReader, type SlowReader } from '../sql/slow-reader.ts';
import { UserSearch } from '../sql/user-search.ts';
import { readConnection } from './connections.ts';
import { openForReading } from './database.ts';
import { openSqliteStore, type SqliteStore } from './sqlite-store.ts';

/** More than are read where they are asked for. */
const MANY = 1_050;

let folder: string;
let store: SqliteStore;
let clock: ManualClock;
/** As the writer tells. */
let changed: (ids: readonly UserId[] | null) => void;
/** Happens after the texts were read, before they are taken over. */
let meanwhile: () => Promise<void>;
/** How often all texts were read. */
let readings: number;
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
    onPeople(follow: typeof changed) {
      changed = follow;
    },
  };
  const local = localSlowReader(makeSlowReads(readers));
  readings = 0;
  meanwhile = async () => {};
  const slow: SlowReader = {
    ...local,
    async read(name, ...args) {
      readings++;
      const answer = await local.read(name, ...args);
      await meanwhile();
      return answer;
    },
  };
  search = new UserSearch(people, slow, readers.userTexts, readers.users, clock);
});

afterEach(async () => {
  readers.connection.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

function user(n: number): NewUser {
  return {
    ...{ name: `User-${n}`, userToken: `Token_${n * 7}`, linkToken: `link-${n}`, role: 'user', ownerId: null },
    ...{ note: n % 3 ? '' : `Этаж ${n}\nasks for 50%`, telegramId: n % 5 ? null : 5_000_000_000 + n },
    ...{ active: true, createdAt: clock.now(), countInCycle: true, tags: n % 2 ? ['odd'] : [] },
    email: n % 4 ? null : `Box${n}@example.org`,
  };
}

const asked = { limit: 10, cursor: null };

async function found(part: string, filter: Partial<UserQuery> = {}): Promise<number[]> {
  return [...((await search.found({ ...asked, search: part, ...filter }))?.rows ?? [])].sort((a, b) => a - b);
}

/** Whom a look at each of them finds. */
async function expected(part: string, filter: { readonly tag?: string } = {}): Promise<number[]> {
  const rows = readers.users.userRows({ ...asked, ...filter });
  const all = readers.users.usersOfRows(rows);
  return rows.filter((_, at) => {
    const { name, note, email, telegramId, userToken } = all[at] as (typeof all)[number];
    const former = userToken === 'another-token' ? 'Token_539' : '';
    const texts = [name, note, email, telegramId, userToken, former].map((text) => String(text ?? '').toLowerCase());
    return texts.some((text) => text.includes(part.toLowerCase()));
  });
}

const idOf = async (name: string) => (await store.inventory.findUser(name))?.id as UserId;

const PARTS = [
  'user-1',
  'USER-1',
  'token_70',
  '500000001',
  'этаж 9',
  'ЭТАЖ',
  '50%',
  '_',
  'nobody',
  'er-1049',
  'ft',
  '\\',
];
PARTS.push('Token_539', 'another', 'User-10', 'BOX8@', '9\nasks', 'User-1\n');

test('finds whom a look at each of them finds', async () => {
  await store.inventory.rotateUserToken(await idOf('User-77'), 'another-token');
  await store.inventory.deleteUser(await idOf('User-10'), clock.now());
  for (const part of PARTS) {
    for (const filter of [{}, { tag: 'odd' }]) {
      expect([part, filter, await found(part, filter)]).toEqual([part, filter, await expected(part, filter)]);
    }
  }
  expect(await search.found(asked)).toBeNull();
});

test('whoever changed is found by what is true now, without reading all again', async () => {
  await search.keep();
  const gone = await idOf('User-10');
  const renamed = await idOf('User-20');
  await store.inventory.deleteUser(gone, clock.now());
  await store.inventory.updateUser(renamed, { name: 'Zoë', note: 'ЁЛКА' });
  const { id: made } = await store.inventory.addUser({ ...user(5_000), name: 'latecomer' });
  changed([gone, renamed, made, 'never-was' as UserId]);
  for (const part of [...PARTS, 'zoë', 'ZOË', 'ёлка', 'елка', 'LATE', 'user-20', 'User-2']) {
    expect([part, await found(part)]).toEqual([part, await expected(part)]);
  }
  await store.inventory.updateUser(renamed, { name: 'Zack' });
  changed([renamed]);
  expect(await found('zoë')).toEqual([]);
  expect(await found('zack')).toHaveLength(1);
  expect(readings).toBe(1);
});

test('what changes while all are read is read again', async () => {
  const id = await idOf('User-20');
  meanwhile = async () => {
    await store.inventory.updateUser(id, { name: 'Zoë' });
    changed([id]);
  };
  expect(await found('zoë')).toHaveLength(1);
  expect(await found('user-20')).toEqual(await expected('user-20'));
});

test('what changed before a search is found also where all that were read meanwhile take the place of the texts', async () => {
  await search.keep();
  clock.advance(3_600_000);
  const all = readers.users.usersOfRows(readers.users.userRows(asked));
  changed(all.map(({ id }) => id));
  const id = await idOf('User-20');
  let seen: Promise<number[]> | undefined;
  meanwhile = async () => {
    await store.inventory.updateUser(id, { name: 'Zoë' });
    changed([id]);
    seen = found('zoë');
  };
  await search.keep();
  expect(readings).toBe(2);
  expect(await seen).toHaveLength(1);
});

test('texts that were read before nobody knew what changed serve nobody', async () => {
  const id = await idOf('User-20');
  meanwhile = async () => {
    meanwhile = async () => {};
    await store.inventory.updateUser(id, { name: 'Zoë' });
    changed(null);
  };
  expect(await found('zoë')).toHaveLength(1);
  expect(readings).toBe(2);
  await store.inventory.updateUser(id, { name: 'Zack' });
  changed(null);
  expect(await found('zack')).toHaveLength(1);
});

test('after many changes all are read anew, and seldom', async () => {
  await search.keep();
  clock.advance(3_600_000);
  await search.keep();
  expect(readings).toBe(1);
  const all = readers.users.usersOfRows(readers.users.userRows(asked));
  changed(all.map(({ id }) => id));
  await search.keep();
  expect(readings).toBe(2);
  changed(all.map(({ id }) => id));
  await search.keep();
  expect(readings).toBe(2);
  expect(await found('user-104')).toEqual(await expected('user-104'));
});
