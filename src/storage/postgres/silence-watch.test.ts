import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type SessionState, SilenceWatch } from './silence-watch.ts';

let lost: string[];
let asked: number;
let state: SessionState;
/** Bytes on their way. */
let left: number;
let watch: SilenceWatch;

beforeEach(() => {
  vi.useFakeTimers();
  [lost, asked, state, left] = [[], 0, 'busy', 0];
  const ask = async () => {
    asked++;
    return state;
  };
  watch = new SilenceWatch({ ask, lose: (why) => lost.push(why), onTheWay: async () => left });
});

afterEach(() => vi.useRealTimers());

/** A message as the server sends it. */
function message(type: string, body: string): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, Buffer.from(body, 'latin1')]);
}

const READY = message('Z', 'I');
const ROW = message('D', '\0\x01\0\0\0\x05Z\0\0\0\x05');
const NOTICE = message('N', 'Mby the way\0\0');

const minute = () => vi.advanceTimersByTimeAsync(60_000);

test('a connection that was asked nothing may be told things, and be silent', async () => {
  state = 'idle';
  watch.heard(NOTICE);
  watch.asked(100);
  watch.heard(Buffer.concat([ROW, READY, NOTICE]));
  watch.heard(NOTICE);
  await minute();
  expect([asked, lost]).toEqual([0, []]);
});

test('an answer goes on until the server is ready, however its bytes are cut', async () => {
  watch.asked(100);
  const answer = Buffer.concat([ROW, NOTICE, ROW, READY]);
  for (let at = 0; at < answer.length - READY.length; at++) watch.heard(answer.subarray(at, at + 1));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(asked).toBe(1);
  for (const byte of READY) watch.heard(Buffer.of(byte));
  await minute();
  expect([asked, lost]).toEqual([1, []]);
});

test('a server that works is waited for; one that cannot be asked is not', async () => {
  watch.asked(100);
  await minute();
  expect(lost).toEqual([]);
  state = 'unreachable';
  await vi.advanceTimersByTimeAsync(3_000);
  expect(lost).toEqual(['the server does not answer']);
});

test('a session that waits itself is given up at the second time, one that nothing is said of after a minute', async () => {
  state = 'idle';
  watch.asked(100);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(lost).toEqual([]);
  state = 'unknown';
  await vi.advanceTimersByTimeAsync(57_000);
  expect(lost).toEqual([]);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(lost).toEqual([expect.stringContaining('does not say')]);
});

test('what was ended is not asked about', async () => {
  watch.asked(100);
  watch.end();
  await minute();
  expect([asked, lost]).toEqual([0, []]);
});

test('a server that gets a question little by little is waited for, whatever can be heard of it elsewhere', async () => {
  state = 'unreachable';
  watch.asked(900_000);
  watch.asked(100_000);
  for (left = 1_000_000; left > 0; left -= 50_000) {
    if (left < 1_000_000) await vi.advanceTimersByTimeAsync(3_000);
  }
  expect([asked, lost]).toEqual([0, []]);
  // It has all of it, and says nothing.
  await vi.advanceTimersByTimeAsync(3_000);
  expect([asked, lost]).toEqual([1, ['the server does not answer']]);
});

test('a question that gets nowhere is not waited for, nor one of which the rest gets nowhere', async () => {
  state = 'unreachable';
  left = 100;
  watch.asked(100);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(lost).toHaveLength(1);
  watch.heard(READY);
  watch.asked(100);
  left = 40;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(lost).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(lost).toHaveLength(2);
});
