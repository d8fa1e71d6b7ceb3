import { SourceFailure } from '../../core/errors.ts';

/** A failure with the lines that a person can paste to repair it. */
export function failure(code: string, message: string, hint: string, commands: readonly string[] = []): SourceFailure {
  return new SourceFailure(code, message, { hint, details: { commands } });
}

/** `what` says where and never what stood there: it may be anything. */
export function garbled(what: string): SourceFailure {
  return failure(
    'output-garbled',
    `The source shows something else than was declared: ${what}.`,
    'Nothing of it was counted. Compare the source with the options of the node.',
  );
}

export function tooLarge(maxBytes: number): SourceFailure {
  return failure(
    'output-too-large',
    `The source shows more than ${Math.round(maxBytes / 1024 / 1024)} MiB.`,
    'That is no list of counters of one server. Check the address.',
  );
}

export function timedOut(): SourceFailure {
  return failure('timeout', 'The source did not answer in time.', 'It is overloaded, or hangs.');
}

export function aborted(): SourceFailure {
  return failure('aborted', 'Reading was broken off.', 'It will be read again with the next poll.');
}
