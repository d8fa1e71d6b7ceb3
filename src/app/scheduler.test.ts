import { describe, expect, test } from 'vitest';
import type { NodeId } from '../core/units/ids.ts';
import { backOffMs, POLL_TIMEOUT_MS, type PollEnd, Scheduler } from './scheduler.ts';
import { ManualTime } from './testing.ts';

const id = (name: string) => name as NodeId;
const node = (name: string, pollIntervalMs = 10_000) => ({ id: id(name), pollIntervalMs });

interface Call {
  readonly name: string;
  readonly atMs: number;
  readonly signal: AbortSignal;
  end(outcome?: PollEnd['outcome']): void;
  fail(error: Error): void;
}

function scene(options: { readonly answer?: boolean } = {}) {
  const time = new ManualTime();
  const calls: Call[] = [];
  const bugs: unknown[] = [];
  const scheduler = new Scheduler({
    clock: time,
    timers: time,
    random: () => 0,
    onBug: (_id, error) => bugs.push(error),
    poll: (name, signal) =>
      new Promise<PollEnd>((resolve, reject) => {
        const end = (outcome: PollEnd['outcome'] = 'complete') => resolve({ outcome });
        calls.push({ name, atMs: time.monotonicMs(), signal, end, fail: reject });
        if (options.answer) end();
      }),
  });
  scheduler.start();
  const of = (name: string) => calls.filter((call) => call.name === name);
  return { time, calls, bugs, scheduler, of };
}

describe('Scheduler', () => {
  test('polls each node on its own beat, the first ones spread', async () => {
    const { time, scheduler, of } = scene({ answer: true });
    scheduler.update([node('a', 10_000), node('b', 1_000)]);
    await time.advance(30_000);
    expect(of('a').map((call) => call.atMs)).toEqual([0, 10_000, 20_000, 30_000]);
    expect(
      of('b')
        .map((call) => call.atMs)
        .slice(0, 3),
    ).toEqual([500, 1_500, 2_500]);
  });

  test('a hanging node never delays another, however many hang', async () => {
    const { time, scheduler, of, calls } = scene();
    const hanging = Array.from({ length: 20 }, (_, index) => node(`hangs-${index}`, 60_000));
    scheduler.update([...hanging, node('works', 60_000)]);
    await time.advance(10_000);
    expect(calls.length).toBe(21);
    expect(of('works')).toHaveLength(1);
  });

  test('a thousand nodes keep their beat although a hundred of them hang', async () => {
    const time = new ManualTime();
    const polled = new Map<NodeId, number[]>();
    let running = 0;
    let most = 0;
    const scheduler = new Scheduler({
      clock: time,
      timers: time,
      random: () => 0.5,
      onBug: () => {},
      async poll(id, signal): Promise<PollEnd> {
        polled.set(id, [...(polled.get(id) ?? []), time.monotonicMs()]);
        most = Math.max(most, ++running);
        const hangs = id.startsWith('hangs');
        await new Promise<void>((resolve) => {
          if (hangs) signal.addEventListener('abort', () => resolve(), { once: true });
          else time.after(20, resolve);
        });
        running -= 1;
        return { outcome: hangs ? 'failed' : 'complete' };
      },
    });
    scheduler.start();
    const names = Array.from({ length: 1000 }, (_, n) => (n % 10 === 3 ? `hangs-${n}` : `works-${n}`));
    scheduler.update(names.map((name) => node(name, 60_000)));
    await time.advance(60_000);
    const first = names.map((name) => polled.get(id(name))?.[0] ?? Number.NaN);
    expect(Math.max(...first)).toBeLessThan(60_000);
    let latest = 0;
    for (let minute = 0; minute < 10; minute += 1) {
      await time.advance(60_000);
      latest = Math.max(latest, scheduler.beat().lateMs);
    }
    for (const name of names.filter((each) => each.startsWith('works'))) {
      const beats = polled.get(id(name))?.slice(0, 11) ?? [];
      expect(beats, name).toHaveLength(11);
      // The first round finds out who hangs; from then on every beat is where it belongs.
      const since = beats[1] ?? Number.NaN;
      for (const [at, beat] of beats.slice(1).entries())
        expect(Math.abs(beat - since - at * 60_000)).toBeLessThan(5_000);
    }
    expect(latest).toBeLessThan(5_000);
    // A hanging node takes 30 s at a time and is asked more and more rarely: some four times in these eleven minutes.
    for (const name of names.filter((each) => each.startsWith('hangs')))
      expect(polled.get(id(name))?.length).toBeLessThan(9);
    expect(most).toBeLessThan(8 + 100);
    // Spread over the interval: no second has more than its share of the beats.
    const perSecond = new Map<number, number>();
    for (const atMs of first) perSecond.set(Math.floor(atMs / 1000), (perSecond.get(Math.floor(atMs / 1000)) ?? 0) + 1);
    expect(Math.max(...perSecond.values())).toBeLessThan(80);
  });

  test('a poll that takes too long is aborted', async () => {
    const { time, scheduler, of } = scene();
    scheduler.update([node('a')]);
    await time.advance(POLL_TIMEOUT_MS - 1);
    expect(of('a')[0]?.signal.aborted).toBe(false);
    await time.advance(1);
    expect(of('a')[0]?.signal.aborted).toBe(true);
  });

  test('a node is never polled twice at once; beats missed during a slow poll are skipped', async () => {
    const { time, scheduler, of } = scene();
    scheduler.update([node('a')]);
    await time.advance(25_000);
    expect(of('a')).toHaveLength(1);
    of('a')[0]?.end();
    await time.advance(10_000);
    expect(of('a').map((call) => call.atMs)).toEqual([0, 30_000]);
  });

  test('after failures it waits longer each time, and one success brings the beat back', async () => {
    const { time, scheduler, of } = scene();
    scheduler.update([node('a')]);
    await time.advance(0);
    of('a')[0]?.end('failed');
    await time.advance(10_000);
    of('a')[1]?.end('failed');
    await time.advance(20_000);
    of('a')[2]?.end('complete');
    await time.advance(10_000);
    expect(of('a').map((call) => call.atMs)).toEqual([0, 10_000, 30_000, 40_000]);
  });

  test('a manual poll works at once although the node is backed off', async () => {
    const { time, scheduler, of } = scene();
    scheduler.update([node('a')]);
    await time.advance(0);
    of('a')[0]?.end('failed');
    await time.advance(1_000);
    const manual = scheduler.pollNow(id('a'));
    expect(of('a')).toHaveLength(2);
    of('a')[1]?.end();
    expect(await manual).toEqual({ outcome: 'complete' });
  });

  test('a manual poll joins the one that runs', async () => {
    const { time, scheduler, of } = scene();
    scheduler.update([node('a')]);
    await time.advance(0);
    const manual = scheduler.pollNow(id('a'));
    of('a')[0]?.end('incomplete');
    expect(await manual).toEqual({ outcome: 'incomplete' });
    expect(of('a')).toHaveLength(1);
  });

  test('a bug in one poll is told and the node goes on being polled', async () => {
    const { time, scheduler, of, bugs } = scene();
    scheduler.update([node('a')]);
    await time.advance(0);
    of('a')[0]?.fail(new Error('a bug'));
    await time.advance(10_000);
    expect(bugs).toHaveLength(1);
    expect(of('a')).toHaveLength(2);
  });

  test('a removed node is not polled again, a changed interval holds at once', async () => {
    const { time, scheduler, of } = scene({ answer: true });
    scheduler.update([node('a'), node('b', 100_000)]);
    await time.advance(5_000);
    scheduler.update([node('b', 2_000)]);
    await time.advance(10_000);
    expect(of('a')).toHaveLength(1);
    expect(of('b').length).toBe(6);
    expect(await scheduler.pollNow(id('a'))).toBeUndefined();
  });

  test('stop aborts what runs and waits for it', async () => {
    const { time, scheduler, of } = scene();
    scheduler.update([node('a')]);
    await time.advance(0);
    const stopped = scheduler.stop();
    expect(of('a')[0]?.signal.aborted).toBe(true);
    of('a')[0]?.end('failed');
    await stopped;
    await time.advance(100_000);
    expect(of('a')).toHaveLength(1);
  });
});

describe('backOffMs', () => {
  test('doubles up to a cap that a short interval reaches sooner', () => {
    expect([1, 2, 3, 4, 9].map((failures) => backOffMs(30_000, failures, 0))).toEqual([
      30_000, 60_000, 120_000, 120_000, 120_000,
    ]);
    expect(backOffMs(1_000, 12, 0)).toBe(10_000);
    expect(backOffMs(600_000, 3, 0)).toBe(600_000);
    expect(backOffMs(30_000, 1, 1)).toBe(24_000);
  });
});

test('before it is started it polls on demand only', async () => {
  const time = new ManualTime();
  let polls = 0;
  const poll = async () => {
    polls += 1;
    return { outcome: 'complete' } as const;
  };
  const scheduler = new Scheduler({ clock: time, timers: time, random: () => 0, onBug: () => {}, poll });
  scheduler.update([node('a')]);
  await time.advance(60_000);
  expect(polls).toBe(0);
  await scheduler.pollNow(id('a'));
  expect(polls).toBe(1);
  scheduler.start();
  await time.advance(60_000);
  expect(polls).toBe(8);
});
