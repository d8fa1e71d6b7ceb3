import { ExpectedError } from '../core/errors.ts';
import { WrongUse } from './output.ts';

/** Says what went wrong. @returns the exit code: 1 failed, 2 wrong use or wrong configuration */
export function exitCodeOf(error: unknown, say: (...lines: readonly string[]) => void): number {
  if (!(error instanceof ExpectedError)) {
    say(`This is a bug: ${error instanceof Error ? error.stack : String(error)}`);
    return 1;
  }
  say(error.message);
  if (error.hint !== undefined) say(error.hint);
  return error instanceof WrongUse || error.code === 'invalid-config' ? 2 : 1;
}
