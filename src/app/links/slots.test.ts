import { expect, it } from 'vitest';
import { Slots } from './slots.ts';

const patient = () => new AbortController().signal;

/** Takes a slot and notes when it got it. */
function taking(slots: Slots, got: string[], group: string, name = group, signal = patient()): Promise<void> {
  return slots.take(group, signal).then((has) => void (has ? got.push(name) : got.push(`${name} left`)));
}

it('one group has half of the room at most, the others go past it in the line', async () => {
  const slots = new Slots(4);
  const got: string[] = [];
  for (let n = 0; n < 5; n++) void taking(slots, got, 'hanging');
  await taking(slots, got, 'other');
  await taking(slots, got, 'third');
  expect(got).toEqual(['hanging', 'hanging', 'other', 'third']);
});

it('room that becomes free goes to who has least, and there to who has waited longest', async () => {
  const slots = new Slots(4);
  const got: string[] = [];
  for (const group of ['a', 'a', 'b', 'b']) await taking(slots, got, group);
  const waiting = [
    taking(slots, got, 'a', 'a3'),
    taking(slots, got, 'b', 'b3'),
    taking(slots, got, 'c', 'c1'),
    taking(slots, got, 'c', 'c2'),
  ];
  got.length = 0;
  // c has none, and then as many as each of the others.
  slots.give('a');
  slots.give('b');
  await waiting[2];
  await waiting[0];
  expect(got).toEqual(['c1', 'a3']);
  slots.give('a');
  slots.give('a');
  slots.give('c');
  await Promise.all([waiting[1], waiting[3]]);
  expect(got.slice(2).sort()).toEqual(['b3', 'c2']);
});

it('whoever leaves the line takes nothing with them', async () => {
  const slots = new Slots(2);
  const got: string[] = [];
  await taking(slots, got, 'a');
  await taking(slots, got, 'b');
  const impatient = new AbortController();
  const left = taking(slots, got, 'c', 'c', impatient.signal);
  impatient.abort();
  await left;
  slots.give('a');
  await taking(slots, got, 'd');
  expect(got).toEqual(['a', 'b', 'c left', 'd']);
  expect(await slots.take('e', impatient.signal)).toBe(false);
});
