import { expect, test } from 'vitest';
import { codeOfGap, PAUSE } from './gap-words.ts';

test('a pause has a code of its own, whatever follows; what came back from a node has none', () => {
  for (const { code, message } of Object.values(PAUSE)) expect(codeOfGap(message)).toBe(code);
  expect(codeOfGap(`${PAUSE.restored.message} of 2026-03-01T10:00:00.000Z: counters are caught up.`)).toBe(
    'gap-restored',
  );
  expect(codeOfGap('ssh: connect to host fin-2: timed out')).toBeNull();
});
