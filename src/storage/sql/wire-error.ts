import {
  EventIdReused,
  ExpectedError,
  InvalidInput,
  LedgerFailure,
  NotFound,
  RecordsExceedDay,
  SourceFailure,
  Taken,
  TooManyUnclaimedTokens,
  TrackingOff,
} from '../../core/errors.ts';

/** An error as it crosses to another thread, where classes do not survive. */
export interface WireError {
  readonly kind: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly stack: string | undefined;
}

const kinds: Readonly<Record<string, { readonly prototype: ExpectedError }>> = {
  EventIdReused,
  ExpectedError,
  InvalidInput,
  LedgerFailure,
  NotFound,
  RecordsExceedDay,
  SourceFailure,
  Taken,
  TooManyUnclaimedTokens,
  TrackingOff,
};

export function toWireError(error: unknown): WireError {
  if (error instanceof ExpectedError) {
    const { name, code, message, hint, details, stack } = error;
    return { kind: name, code, message, hint, details, stack };
  }
  const bug = error instanceof Error ? error : new Error(String(error));
  return { kind: '', code: '', message: bug.message, hint: undefined, details: {}, stack: bug.stack };
}

/** The error with its class, so that `instanceof` holds on this side too. */
export function fromWireError(wire: WireError): Error {
  const kind = kinds[wire.kind];
  if (kind === undefined) {
    const bug = new Error(wire.message);
    if (wire.stack !== undefined) bug.stack = wire.stack;
    return bug;
  }
  const options = { details: { ...wire.details }, ...(wire.hint === undefined ? {} : { hint: wire.hint }) };
  const error = new ExpectedError(wire.code, wire.message, options);
  Object.setPrototypeOf(error, kind.prototype);
  error.name = wire.kind;
  return error;
}
