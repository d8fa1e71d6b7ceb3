import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Actor } from '../core/identity/authorize.ts';
import type { Topic } from '../core/settings/operations.ts';
import { ManualClock } from '../core/units/testing.ts';
import { EventStream } from './event-stream.ts';
import type { HttpPorts } from './ports.ts';

const OWNER: Actor = { kind: 'cli' };

let change: (...topics: readonly Topic[]) => void;
let stream: EventStream;
/** What the one panel that looks on was told, change by change. */
let told: readonly Topic[][];

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  const changes = {
    subscribe: (listener: (topics: readonly Topic[]) => void) => {
      change = (...topics) => listener(topics);
      return () => {};
    },
  };
  const ledger = { onCommit: () => () => {} };
  stream = new EventStream({ ledger, changes, clock: new ManualClock() } as unknown as HttpPorts);
  const write = (text: string) => {
    const data = /^event: change\ndata: (.*)\n\n$/.exec(text)?.[1];
    if (data !== undefined) told = [...told, JSON.parse(data).topics];
  };
  const response = Object.assign(new EventEmitter(), { writableLength: 0, write, end: () => {} });
  stream.open(response as unknown as ServerResponse, OWNER, '192.0.2.1', async () => OWNER);
});

afterEach(() => {
  stream.close();
  vi.useRealTimers();
});

// Of the two seconds that a panel may be behind, this is the one that is not the way to it and back.
test('what changes is told within a second, with all that changes meanwhile', () => {
  change('usage');
  vi.advanceTimersByTime(999);
  change('nodes');
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual([['usage', 'nodes']]);
});

test('changes that do not end are told once a second, the last one, too', () => {
  for (let n = 0; n < 50; n++) {
    change('usage');
    vi.advanceTimersByTime(100);
  }
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual(Array(5).fill(['usage']));
  vi.advanceTimersByTime(60_000);
  expect(told).toHaveLength(5);
});
