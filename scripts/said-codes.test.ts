import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
// @ts-expect-error: a script without types.
import { problemCodes, saidCodes } from './lib/said-codes.mjs';

let root = '';
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A tree of sources, by their paths below src/. */
function tree(files: Readonly<Record<string, string>>): string {
  root = mkdtempSync(join(tmpdir(), 'said-codes-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, 'src', path, '..'), { recursive: true });
    writeFileSync(join(root, 'src', path), text);
  }
  return root;
}

test('what a source, a store or a route says is found in every form it is written in', () => {
  const at = tree({
    'integrations/x/collector.ts': `
      throw new SourceFailure('one-failed', 'It failed.');
      return failure(
        'two-failed',
        \`It \${x} failed.\`,
      );
      const SEEN: SourceNotice = { code: 'three-seen', message: 'It was seen.' };
      const ABILITIES = {
        code: 'four-able',
        means: 'It is able.',
      };`,
    'storage/sql/writer/plans.ts': "throw new ExpectedError('five-in-use', 'It is in use.');",
  });
  const found = saidCodes(at);
  expect([...found.keys()].sort()).toEqual(['five-in-use', 'four-able', 'one-failed', 'three-seen', 'two-failed']);
  expect(found.get('one-failed')).toEqual(['integrations/x/collector.ts']);
});

test('what a terminal is told, a test plays and somebody else said is not asked for', () => {
  const at = tree({
    'cli/commands/x.ts': "throw new ExpectedError('for-the-terminal', 'No.');",
    'integrations/x/collector.test.ts': "throw new SourceFailure('played', 'No.');",
    'core/x.ts': "const isGone = error.code === 'gone'; const told = { code: 'passed-on', hint };",
  });
  expect([...saidCodes(at).keys()]).toEqual([]);
});

test('every problem that the panel can be told is asked for, with its hint', () => {
  const at = tree({
    'http/problem.ts': `
const PROBLEMS: Readonly<Record<string, readonly [status: number, title: string, hint: string]>> = {
  busy: [503, 'Too busy', 'Try again.'],
  'one-line': [400, 'One', 'Do one.'],
  'several-lines': [
    409,
    'Several',
    'Do several.',
  ],
  'event-id-reused': [409, 'Event id reused', 'Senders alone are told.'],
  'invalid-input': [400, 'Not valid', 'Correct it.'],
};
const FASTIFY_CODES = {
  'not-a-problem': ['x'],
};
`,
  });
  expect(problemCodes(at)).toEqual([
    { code: 'busy', hasHint: true },
    { code: 'one-line', hasHint: true },
    { code: 'several-lines', hasHint: true },
    { code: 'invalid-input', hasHint: false },
  ]);
});
