import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function logged(use: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  use(
    createLogger(
      (line) => lines.push(line),
      () => new Date(0),
    ),
  );
  return lines.join('\n');
}

test('a line has time, level, message and fields', () => {
  expect(logged((log) => log.warn({ node: 'fin 2', code: 'x', n: 3n, gone: undefined }, 'node fin 2: no answer'))).toBe(
    '1970-01-01T00:00:00.000Z warn  node fin 2: no answer node="fin 2" code=x n=3',
  );
});

test('what others sent cannot forge a line', () => {
  expect(logged((log) => log.info({ name: 'a\nb' }, 'x\r\ny'))).toBe('1970-01-01T00:00:00.000Z info  x y name="a\\nb"');
});

test('an error is shown with its stack, indented', () => {
  expect(logged((log) => log.error({ err: new Error('boom') }, 'it failed'))).toMatch(
    /it failed\n {4}Error: boom\n {4}/,
  );
});
