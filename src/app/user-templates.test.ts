import { expect, test } from 'vitest';
import type { AdminId } from '../core/units/ids.ts';
import { settingsInMemory } from './testing.ts';
import { SavedTemplates } from './user-templates.ts';

const blank = { note: '', tags: [], entitlement: null, expiresInDays: null };
const owner = { adminId: 'the owner' as AdminId, only: null };
const reseller = (name: string) => ({ adminId: name as AdminId, only: name as AdminId });

test('the owner changes a reseller’s template, which stays the reseller’s', async () => {
  const templates = new SavedTemplates(settingsInMemory());
  await templates.save({ ...blank, name: 'trial', note: 'mine' }, reseller('r1'));
  expect(await templates.save({ ...blank, name: 'trial', note: 'better' }, owner)).toMatchObject({ ownerId: 'r1' });
  expect(await templates.all()).toMatchObject([{ name: 'trial', note: 'better', ownerId: 'r1' }]);
  await templates.save({ ...blank, name: 'trial', note: 'mine again' }, reseller('r1'));
  await expect(templates.remove('trial', reseller('r2'))).rejects.toMatchObject({ code: 'not-found' });
  await templates.remove('trial', owner);
  expect(await templates.all()).toEqual([]);
});

test('of two resellers who take one name at the same time one gets it, and the other is told', async () => {
  const templates = new SavedTemplates(settingsInMemory());
  const both = await Promise.allSettled(
    ['r1', 'r2'].map((name) => templates.save({ ...blank, name: 'trial', note: name }, reseller(name))),
  );
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(await templates.all()).toMatchObject([{ note: 'r1', ownerId: 'r1' }]);
});

test('a reseller who has as many as there may be takes no place of others', async () => {
  const templates = new SavedTemplates(settingsInMemory());
  const save = (n: number, by: Parameters<typeof templates.save>[1]) =>
    templates.save({ ...blank, name: `${by.adminId} ${n}` }, by);
  for (let n = 0; n < 50; n++) await save(n, reseller('r1'));
  await expect(save(50, reseller('r1'))).rejects.toMatchObject({
    code: 'invalid-input',
    details: { pointer: '/name' },
  });
  await save(7, reseller('r1'));
  await save(0, reseller('r2'));
  for (let n = 0; n < 200; n++) await save(n, owner);
  await expect(save(200, owner)).rejects.toMatchObject({ message: 'There are 200 templates already.' });
  expect(await templates.all()).toHaveLength(251);
});

test('a template of more than 16 KiB is refused', async () => {
  const templates = new SavedTemplates(settingsInMemory());
  const entitlement = { terms: { names: ['x'.repeat(16_384)] } };
  await expect(templates.save({ ...blank, name: 'large', entitlement }, owner)).rejects.toMatchObject({
    message: 'A template is 16 KiB of JSON at most.',
  });
  expect(await templates.all()).toEqual([]);
});
