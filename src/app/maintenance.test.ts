import { expect, test } from 'vitest';
import { Maintenance } from './maintenance.ts';
import { ManualTime } from './testing.ts';

test('each chore has its own beat; one that has more to do goes on in small steps; a failing one stops nobody', async () => {
  const time = new ManualTime();
  const ran: string[] = [];
  const failures: string[] = [];
  let left = 3;
  const note = (name: string) => ran.push(`${name} ${time.monotonicMs()}`);
  const often = async () => {
    note('often');
    return false;
  };
  const steps = async () => {
    note('steps');
    left -= 1;
    return left > 0;
  };
  const chores = [
    { name: 'often', everyMs: 20_000, run: often },
    { name: 'steps', everyMs: 3_600_000, run: steps },
    { name: 'fails', everyMs: 3_600_000, run: async () => Promise.reject(new Error('x')) },
  ];
  const maintenance = new Maintenance({ timers: time, chores, onFailure: (chore) => failures.push(chore) });
  maintenance.start();
  await time.advance(31_000);
  expect(ran).toEqual(['often 10000', 'steps 10000', 'steps 10100', 'steps 10200', 'often 30000']);
  expect(failures).toEqual(['fails']);
  await maintenance.stop();
  await time.advance(100_000);
  expect(ran).toHaveLength(5);
});
