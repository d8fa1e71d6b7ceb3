import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NotFound } from '../../core/errors.ts';
import type { Api } from '../api.ts';
import { bulk } from './users-in-bulk.ts';

const said: string[] = [];
const keep = (text: unknown) => {
  said.push(String(text));
  return true;
};
beforeEach(() => {
  said.length = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
});
afterEach(() => vi.restoreAllMocks());

const users = Array.from({ length: 1_500 }, (_, n) => ({ id: `id-${n}`, name: `user-${n}`, userToken: `token-${n}` }));

/** An API that has the users; `fails`: which request to change them does. */
function apiWith(fails = -1) {
  const asked: string[][] = [];
  const api = {
    all: async (path: string) => {
      const search = new URL(path, 'http://x').searchParams.get('search');
      return search === null ? users : users.filter(({ name, userToken }) => name === search || userToken === search);
    },
    get: async (path: string) => {
      const found = users.find(({ id }) => path.endsWith(`/${id}`));
      if (found === undefined) throw new NotFound('user', path, '');
      return found;
    },
    post: async (_path: string, { users: some }: { users: string[] }) => {
      if (asked.length === fails) throw new Error('the disk is full');
      asked.push(some);
      return { users: some.length, unchanged: [], impossible: [] };
    },
  };
  return { asked, api: api as unknown as Api };
}

test('who is named and found, too, is topped up once, in however many requests', async () => {
  const { api, asked } = apiWith();
  await bulk(api, 'top-up', ['user-1400', 'token-1400', 'id-7'], { tag: 'vip', bytes: 5 });
  expect(asked.map((some) => some.length)).toEqual([1_000, 500]);
  expect(new Set(asked.flat()).size).toBe(1_500);
  expect(asked.flat().slice(0, 3)).toEqual(['id-1400', 'id-7', 'id-0']);
  expect(said.join('')).toContain('1500 users: have that much more in the running cycle.');
});

test('where a later request fails, who was changed before is said', async () => {
  const { api } = apiWith(1);
  await expect(bulk(api, 'top-up', [], { tag: 'vip', bytes: 5 })).rejects.toThrow('the disk is full');
  expect(said.join('')).toContain('1000 users were changed before it failed, user-0 to user-999');
});
