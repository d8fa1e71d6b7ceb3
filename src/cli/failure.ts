import { ExpectedError, InvalidInput } from '../core/errors.ts';
import { WrongUse } from './output.ts';

/** Says what went wrong. @returns the exit code: 1 failed, 2 wrong use or wrong configuration */
export function exitCodeOf(error: unknown, say: (...lines: readonly string[]) => void): number {
  if (!(error instanceof ExpectedError)) {
    say(`This is a bug: ${error instanceof Error ? error.stack : String(error)}`);
    return 1;
  }
  say(error.message);
  if (error.hint !== undefined) say(error.hint);
  return isWrongUse(error) ? 2 : 1;
}

/** What was given can never be right; whether this program or the server sees it makes no difference. */
function isWrongUse(error: ExpectedError): boolean {
  if (error instanceof WrongUse || error instanceof InvalidInput) return true;
  return error.code === 'invalid-config' || error.details.status === 400;
}
