import { expect, test } from 'vitest';
import type { SettingsStore } from '../../core/settings/settings-store.ts';
import type { NodeId } from '../../core/units/ids.ts';
import { settingsInMemory } from '../testing.ts';
import { GivingBack } from './giving-back.ts';

const nodes = ['a', 'b', 'c'] as NodeId[];

test('nodes that are noted and struck out at the same time do not lose each other', async () => {
  const settings = settingsInMemory();
  const givingBack = new GivingBack(settings);
  await Promise.all(nodes.map((id) => givingBack.set(id, true)));
  await Promise.all([givingBack.set('b' as NodeId, false), givingBack.set('d' as NodeId, true)]);
  const later = new GivingBack(settings);
  const all = [...nodes, 'd' as NodeId];
  expect(await Promise.all(all.map((id) => later.has(id)))).toEqual([true, false, true, true]);
});

test('it is read once, however often it is asked; a reading that failed is tried again', async () => {
  const settings = settingsInMemory();
  let reads = 0;
  const counted: SettingsStore = {
    get: async (name) => {
      reads += 1;
      if (reads === 1) throw new Error('busy');
      return await settings.get(name);
    },
    set: (...args) => settings.set(...args),
  };
  const givingBack = new GivingBack(counted);
  await expect(givingBack.has('a' as NodeId)).rejects.toThrow('busy');
  await givingBack.set('a' as NodeId, true);
  for (const id of nodes) await givingBack.has(id);
  expect([await givingBack.has('a' as NodeId), reads]).toEqual([true, 2]);
});
