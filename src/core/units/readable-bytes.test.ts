import { expect, test } from 'vitest';
import { readableBytes } from './readable-bytes.ts';

test.each([
  [0, '0 B'],
  [1_023, '1023 B'],
  [1_536, '1.50 KiB'],
  [52_953_088, '50.5 MiB'],
  [1_459_440_638_362, '1.33 TiB'],
  [-1_024, '-1.00 KiB'],
])('%i bytes are %s', (bytes, text) => {
  expect(readableBytes(bytes)).toBe(text);
});
