import { problem } from '../problem.ts';

/** OWASP's minimum for argon2id: 19 MiB, 2 passes, 1 lane; about 25 ms. */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Waiting checks; more would only pile up memory for an attacker. */
const MAX_WAITING = 32;

/** Somebody tries a password; see LoginGuard. */
interface Attempt {
  check(): void;
  failed(): void;
}

/** Hashes and checks passwords one at a time, so that a flood of logins takes one thread and 19 MiB, no more. */
export class Passwords {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #nobodysHash: string | undefined;

  hash(password: string): Promise<string> {
    return this.#inTurn(async () => (await argon2()).hash(password, COST));
  }

  /**
   * With `stored` null (no such name) it takes as long as with one, and is false. Whoever sends many at once has each of
   * them judged by the failures of those before. @throws what `attempt` throws
   */
  verify(stored: string | null, password: string, attempt: Attempt): Promise<boolean> {
    return this.#inTurn(async () => {
      attempt.check();
      const { hash, verify } = await argon2();
      this.#nobodysHash ??= await hash('nobody', COST);
      const matches = (await verify(stored ?? this.#nobodysHash, password)) && stored !== null;
      if (!matches) attempt.failed();
      return matches;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MAX_WAITING) throw problem('busy', 'Too many logins are being checked.');
    this.#waiting += 1;
    const result = this.#last.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** Loaded at first use: a native module that an idle server does not need. */
function argon2(): Promise<typeof import('@node-rs/argon2')> {
  return import('@node-rs/argon2');
}
