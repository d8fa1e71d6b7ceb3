import { describe, expect, test } from 'vitest';
import { leftOnSignal } from '../../test/support/left-on-signal.ts';
import { untilAborted } from './until-aborted.ts';
import { withDeadline } from './with-deadline.ts';

const ever = (signal: AbortSignal) => untilAborted(new Promise<never>(() => {}), signal);

const { signal } = new AbortController();

describe('work with a deadline', () => {
  test('ends with one of its parents, with its reason, also if that has ended already', async () => {
    const parent = new AbortController();
    const work = withDeadline([signal, parent.signal], 60_000, ever);
    parent.abort(new Error('it stops'));
    await expect(work).rejects.toThrow('it stops');
    await expect(withDeadline([signal, parent.signal], 60_000, ever)).rejects.toThrow('it stops');
  });

  test('ends when its time is over', async () => {
    const work = withDeadline([signal], 5, ever);
    await expect(work).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('leaves nothing on a signal that lives on', async () => {
    for (let i = 0; i < 20; i++) expect(await withDeadline([signal], 60_000, async () => i)).toBe(i);
    expect(leftOnSignal(signal)).toBe(0);
  });
});
