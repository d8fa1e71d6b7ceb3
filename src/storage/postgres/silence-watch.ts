/** A server that was asked and says nothing for this long is asked over another connection whether it works on that, ms. */
const SILENT_MS = 3_000;

/**
 * What a server says of a session, over another connection. `idle`: it waits for a question; `unknown`: it does not say, or
 * has no such session.
 */
export type SessionState = 'busy' | 'idle' | 'unknown' | 'unreachable';

/**
 * How often in a row it has to say so until the connection is given up, and why then. `idle`: bytes of ours may be on their
 * way. `unknown`: it may work all the same, so that a minute is waited.
 */
const VERDICTS: Readonly<Record<SessionState, { readonly times: number; readonly why: string }>> = {
  busy: { times: Number.POSITIVE_INFINITY, why: '' },
  idle: { times: 2, why: 'the server does not know of what it was asked' },
  unknown: { times: 20, why: 'the server does not say whether it works on what it was asked' },
  unreachable: { times: 1, why: 'the server does not answer' },
};

export interface Watched {
  /** What the server says of the session. Never rejects. */
  readonly ask: () => Promise<SessionState>;
  readonly lose: (why: string, said: SessionState) => void;
  /** Bytes of ours that the server's machine has not got yet, as far as that can be told. Never rejects. */
  readonly onTheWay: () => Promise<number>;
}

/**
 * Notices that the server cannot be reached any more while an answer is waited for, which the system tells after a quarter
 * of an hour. A statement may take as long as it needs, and a question as long as it gets on its way: over a slow link it is
 * not known to the server, and another connection not made, for minutes. A connection that was asked nothing may be silent,
 * or told things.
 */
export class SilenceWatch {
  readonly #watched: Watched;
  readonly #answers = new AnswerEnds();
  #isAsked = false;
  /** Bytes on their way when it was looked last; never fewer than there are. */
  #left = 0;
  #timer: NodeJS.Timeout | null = null;
  #said: SessionState = 'busy';
  #times = 0;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** A question of so many bytes was sent to the server: it says something until it is ready for the next one. */
  asked(bytes: number): void {
    this.#left = this.#isAsked ? this.#left + bytes : bytes;
    this.#isAsked = true;
    this.#wait();
  }

  /** Bytes of the server, all of them and in order. */
  heard(chunk: Uint8Array): void {
    this.#rest();
    if (this.#answers.endIn(chunk)) this.#isAsked = false;
    if (this.#isAsked) this.#wait();
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.#isAsked = false;
    this.#rest();
  }

  #wait(): void {
    this.#timer ??= setTimeout(() => void this.#doubt(), SILENT_MS);
  }

  #rest(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#times = 0;
  }

  async #doubt(): Promise<void> {
    const timer = this.#timer;
    const state = (await this.#getsOn()) ? 'busy' : await this.#watched.ask();
    // Heard of meanwhile.
    if (timer === null || this.#timer !== timer) return;
    this.#timer = null;
    this.#times = state === this.#said ? this.#times + 1 : 1;
    this.#said = state;
    const { times, why } = VERDICTS[state];
    if (this.#times >= times) this.#watched.lose(why, state);
    else this.#wait();
  }

  /** The server's machine got some of what it was asked since it was looked last, and not yet all. */
  async #getsOn(): Promise<boolean> {
    const before = this.#left;
    this.#left = await this.#watched.onTheWay();
    return this.#left > 0 && this.#left < before;
  }
}

/** What the server says when an answer is whole: ReadyForQuery (PostgreSQL's documentation, 55.7). */
const READY = 'Z'.charCodeAt(0);
/** A message's type and its length, which counts itself but not the type. */
const HEAD_BYTES = 5;

/** Finds the ends of answers in the bytes of a server, however they are cut. */
class AnswerEnds {
  readonly #head = new Uint8Array(HEAD_BYTES);
  #headBytes = 0;
  /** Of the body of a message that has begun. */
  #toCome = 0;

  /** True if the message that ends an answer begins in these bytes. */
  endIn(chunk: Uint8Array): boolean {
    let isEnd = false;
    for (let at = 0; at < chunk.length; ) {
      if (this.#toCome > 0) {
        const passed = Math.min(this.#toCome, chunk.length - at);
        this.#toCome -= passed;
        at += passed;
        continue;
      }
      this.#head[this.#headBytes++] = chunk[at++] as number;
      if (this.#headBytes < HEAD_BYTES) continue;
      this.#headBytes = 0;
      this.#toCome = new DataView(this.#head.buffer).getUint32(1) - (HEAD_BYTES - 1);
      if (this.#head[0] === READY) isEnd = true;
    }
    return isEnd;
  }
}
