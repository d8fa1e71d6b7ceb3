import { SourceFailure } from '../errors.ts';

/** What a tool that knows nothing of sources says about why it did not work: a code, a sentence, and what to do. */
interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** The same as a failure of a source. */
export function asSourceFailure(problem: Problem): SourceFailure {
  return new SourceFailure(problem.code, problem.message, { hint: problem.hint });
}

/** Reading ended with its signal: it took too long, or somebody broke it off. */
export function brokenOff({ reason }: Pick<AbortSignal, 'reason'>): SourceFailure {
  if (reason instanceof Error && reason.name === 'TimeoutError')
    return new SourceFailure('timeout', 'The source did not answer in time.', {
      hint: 'It is overloaded, hangs, or a firewall drops packets of the open connection.',
    });
  return new SourceFailure('aborted', 'Reading was broken off.', { hint: 'It will be read again with the next poll.' });
}
