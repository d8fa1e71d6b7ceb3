import { expect, test } from 'vitest';
import { processUrl } from './process-url.ts';

test.each([
  [null, '127.0.0.1', 'http://127.0.0.1:5001'],
  [null, '::1', 'http://[::1]:5001'],
  [null, '0.0.0.0', 'http://one:5001'],
  [null, '::', 'http://one:5001'],
  ['https://10.0.0.5:8443', '0.0.0.0', 'https://10.0.0.5:8443'],
])('%s, listening on %s: %s', (set, host, url) => {
  expect(processUrl({ processUrl: set, host }, 5001, 'one')).toBe(url);
});
