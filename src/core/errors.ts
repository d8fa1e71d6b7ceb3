import { counted } from './units/counted.ts';

/**
 * Every failure that the product reports to a person. `code` is stable (the API, the CLI and the documentation use it),
 * `message` says what happened, `hint` what to do next. Bugs are plain `Error`s and never come through here.
 */
export class ExpectedError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  /** JSON pointer of the field that is wrong, or other data a program may want. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: { hint?: string; cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }
}

/** Something in the request is wrong; `pointer` is the JSON pointer of the field. */
export class InvalidInput extends ExpectedError {
  constructor(pointer: string, message: string, hint?: string, code = 'invalid-input') {
    super(code, message, { ...(hint === undefined ? {} : { hint }), details: { pointer } });
  }
}

export class NotFound extends ExpectedError {
  constructor(what: string, which: string, hint?: string) {
    super('not-found', `There is no ${what} "${which}".`, hint === undefined ? {} : { hint });
  }
}

/** Somebody living already has this name, token or identity. */
export class Taken extends ExpectedError {
  constructor(code: 'name-taken' | 'token-taken' | 'source-identity-taken', message: string, hint?: string) {
    super(code, message, hint === undefined ? {} : { hint });
  }
}

export class EventIdReused extends ExpectedError {
  constructor(eventId: string, pointer: string) {
    super('event-id-reused', `Event id "${eventId}" was already used for another report.`, {
      hint: 'Send the same body when you repeat a report, and a new id for a new report.',
      details: { pointer },
    });
  }
}

export class TooManyUnclaimedTokens extends ExpectedError {
  constructor(limit: number) {
    super('too-many-unclaimed-tokens', `${limit} unknown tokens are kept already; no new ones are taken.`, {
      hint: 'Create users for the unclaimed tokens, or require signed reports (XPERT_WEBHOOK_AUTH=key).',
    });
  }
}

export class TrackingOff extends ExpectedError {
  constructor() {
    super('tracking-off', 'Traffic tracking is switched off; nothing was counted.', {
      hint: 'Send the report again when tracking is on.',
    });
  }
}

/** Nothing usable came back from a source. `code` is one of the collector's, for example `ssh-host-key-changed`. */
export class SourceFailure extends ExpectedError {}

/** A channel did not take a message. `details.retryAfterMs`: the receiver asks not to be tried before. */
export class NotDelivered extends ExpectedError {}

/** The store cannot be opened or written; `code`: `ledger-locked`, `ledger-newer`, `ledger-corrupt`, `disk-full`, … */
export class LedgerFailure extends ExpectedError {}

/** Records add up to more than the sums that are to stay for them: removing them would lose bytes. */
export class RecordsExceedDay extends ExpectedError {
  constructor(date: string, rows: number) {
    super(
      'records-exceed-day',
      `The records of ${date} add up to more than the day's own sums, in ${counted(rows, 'row')}.`,
      {
        hint: 'Nothing of that day was removed. Run `xpert doctor`, keep a backup, and report this: it is a bug or a damaged file.',
        details: { date, rows },
      },
    );
  }
}
