import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type SessionState, SilenceWatch } from './silence-watch.ts';

let lost: string[];
let asked: number;
let state: SessionState;
let watch: SilenceWatch;

beforeEach(() => {
  vi.useFakeTimers();
  [lost, asked, state] = [[], 0, 'busy'];
  const ask = async () => {
    asked++;
    return state;
  };
  watch = new SilenceWatch(ask, (why) => lost.push(why));
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
  watch.asked();
  watch.heard(Buffer.concat([ROW, READY, NOTICE]));
  watch.heard(NOTICE);
  await minute();
  expect([asked, lost]).toEqual([0, []]);
});

test('an answer goes on until the server is ready, however its bytes are cut', async () => {
  watch.asked();
  const answer = Buffer.concat([ROW, NOTICE, ROW, READY]);
  for (let at = 0; at < answer.length - READY.length; at++) watch.heard(answer.subarray(at, at + 1));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(asked).toBe(1);
  for (const byte of READY) watch.heard(Buffer.of(byte));
  await minute();
  expect([asked, lost]).toEqual([1, []]);
});

test('a server that works is waited for; one that cannot be asked is not', async () => {
  watch.asked();
  await minute();
  expect(lost).toEqual([]);
  state = 'unreachable';
  await vi.advanceTimersByTimeAsync(3_000);
  expect(lost).toEqual(['the server does not answer']);
});

test('a session that waits itself is given up at the second time, one that nothing is said of after a minute', async () => {
  state = 'idle';
  watch.asked();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(lost).toEqual([]);
  state = 'unknown';
  await vi.advanceTimersByTimeAsync(57_000);
  expect(lost).toEqual([]);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(lost).toEqual([expect.stringContaining('does not say')]);
});

test('what was ended is not asked about', async () => {
  watch.asked();
  watch.end();
  await minute();
  expect([asked, lost]).toEqual([0, []]);
});
