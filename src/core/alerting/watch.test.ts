import { describe, expect, test } from 'vitest';
import { type Condition, OURSELVES } from './alert.ts';
import { AlertWatch } from './watch.ts';

const known: (key: string) => boolean = () => false;

function condition(fields: Partial<Condition> = {}): Condition {
  const said = { code: 'ssh-timeout', message: 'No answer.', hint: null };
  return { key: 'node:1', topic: 'node-down', severity: 'error', level: 3, ...said, subject: OURSELVES, ...fields };
}

/** Looks every ten seconds from `fromMs` to `toMs`, and tells what came of it and when. */
function watched(watch: AlertWatch, conditions: readonly Condition[], fromMs: number, toMs: number, isUnknown = known) {
  const told: [seconds: number, what: string][] = [];
  for (let ms = fromMs; ms <= toMs; ms += 10_000)
    for (const step of watch.look(conditions, isUnknown, ms)) told.push([ms / 1000, step.what]);
  return told;
}

describe('a watch over conditions', () => {
  test('opens once after it lasted, and ends once after it was quiet', () => {
    const watch = new AlertWatch([]);
    expect(watched(watch, [condition()], 0, 600_000)).toEqual([[30, 'open']]);
    expect(watched(watch, [], 610_000, 1_200_000)).toEqual([[730, 'end']]);
  });

  test('a warning is waited for longer, information not at all', () => {
    const warning = condition({ severity: 'warning', level: 2 });
    expect(watched(new AlertWatch([]), [warning], 0, 300_000)).toEqual([[120, 'open']]);
    expect(watched(new AlertWatch([]), [condition({ severity: 'info', level: 1 })], 0, 0)).toEqual([[0, 'open']]);
  });

  test('what comes and goes within the hold is never told', () => {
    const watch = new AlertWatch([]);
    for (let minute = 0; minute < 30; minute++) {
      expect(watched(watch, [condition()], minute * 60_000, minute * 60_000 + 20_000)).toEqual([]);
      expect(watched(watch, [], minute * 60_000 + 30_000, minute * 60_000 + 50_000)).toEqual([]);
    }
  });

  test('a short absence ends nothing', () => {
    const watch = new AlertWatch([]);
    watched(watch, [condition()], 0, 60_000);
    expect(watched(watch, [], 70_000, 170_000)).toEqual([]);
    expect(watched(watch, [condition()], 180_000, 300_000)).toEqual([]);
  });

  test('one that flaps stays open until it was quiet for half an hour', () => {
    const watch = new AlertWatch([]);
    const told: string[] = [];
    let ms = 0;
    for (let round = 0; round < 10; round++) {
      told.push(...watched(watch, [condition()], ms, ms + 60_000).map(([, what]) => what));
      told.push(...watched(watch, [], ms + 70_000, ms + 240_000).map(([, what]) => what));
      ms += 250_000;
    }
    expect(told).toEqual(['open', 'end', 'open', 'end', 'open']);
    expect(watched(watch, [], ms, ms + 2_000_000).map(([, what]) => what)).toEqual(['end']);
  });

  test('is told again when it gets worse, and not when it gets better', () => {
    const watch = new AlertWatch([]);
    const degraded = condition({ severity: 'warning', level: 2, topic: 'node-degraded' });
    expect(watched(watch, [degraded], 0, 120_000)).toEqual([[120, 'open']]);
    expect(watched(watch, [condition()], 130_000, 200_000)).toEqual([[160, 'worse']]);
    // Written down, not told.
    expect(watched(watch, [degraded], 210_000, 400_000)).toEqual([[210, 'reword']]);
    expect(watched(watch, [condition()], 410_000, 600_000)).toEqual([[410, 'reword']]);
  });

  test('another reason is written down and not told as new', () => {
    const watch = new AlertWatch([]);
    watched(watch, [condition()], 0, 60_000);
    expect(watched(watch, [condition({ code: 'ssh-refused' })], 70_000, 100_000)).toEqual([[70, 'reword']]);
  });

  test('figures within the words are kept up, once a minute, and not told', () => {
    const watch = new AlertWatch([]);
    const said: [number, string][] = [];
    for (let second = 0; second <= 200; second += 10) {
      const now = condition({ message: `No answer for ${second} s.` });
      for (const { what } of watch.look([now], known, second * 1000)) said.push([second, what]);
    }
    const again = [90, 150].map((second) => [second, 'reword']);
    expect(said).toEqual([[30, 'open'], ...again]);
  });

  test('a severity that falls is written down', () => {
    const watch = new AlertWatch([]);
    watched(watch, [condition()], 0, 60_000);
    const milder = condition({ severity: 'warning', level: 2 });
    expect(watched(watch, [milder], 70_000, 300_000)).toEqual([[70, 'reword']]);
  });

  test('after a restart it goes on: no second opening, and no end before everything was looked at', () => {
    const open = [condition()];
    expect(watched(new AlertWatch(open), [condition()], 0, 300_000)).toEqual([]);
    const isUnknown = (key: string) => key === 'node:1';
    const watch = new AlertWatch(open);
    expect(watched(watch, [], 0, 600_000, isUnknown)).toEqual([]);
    expect(watched(watch, [], 610_000, 900_000)).toEqual([[730, 'end']]);
  });

  test('two conditions about one thing are one alert', () => {
    const watch = new AlertWatch([]);
    expect(watched(watch, [condition(), condition({ code: 'other' })], 0, 100_000)).toEqual([[30, 'open']]);
  });
});
