/** Most that is taken at once: 100,000 users of a talkative API. */
export const MAX_BYTES = 128 * 1024 * 1024;

/** What is known of an answer besides its bytes. */
export interface Received {
  /** The way it came shows that nothing is missing at its end. */
  readonly isWhole: boolean;
  /** When the values were taken, if that was not now. */
  readonly takenAt?: Date;
}

/** Where the bytes come from. */
export interface Origin {
  /** @throws SourceFailure; what `take` throws; the signal's reason when aborted */
  read(signal: AbortSignal, take: (chunk: Buffer) => void): Promise<Received>;
  /** Idempotent. */
  close(): void;
}
