import type pg from 'pg';
import { connectToPrimary } from './client.ts';

const CONNECT_MS = 10_000;
/** How long after a statement may take the server may say so. */
const ANSWER_MS = 5_000;

/** Any number, but always this one: whoever holds it changes the state of the mirror. */
const MIRROR_LOCK = 0x58706d72;

/** One connection on which one thing is done after the other. One that failed is not used again: the next call makes another. */
export class OutboxConnection {
  readonly #url: string;
  readonly #longestMs: number;
  readonly #connectMs: number;
  #client: pg.Client | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** `longestMs`: how long a statement may take; `connectMs`: until a server that does not answer is given up. */
  constructor(url: string, longestMs: number, connectMs = CONNECT_MS) {
    this.#url = url;
    this.#longestMs = longestMs;
    this.#connectMs = connectMs;
  }

  /** One after the other: a transaction is nobody else's. */
  run<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#tried(work));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** In a transaction under the lock of the mirror. What fails is rolled back with its connection. */
  locked<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    return this.run(async (client) => {
      await client.query(`BEGIN; SELECT pg_advisory_xact_lock(${MIRROR_LOCK})`);
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    });
  }

  /** What it was asked is finished first. */
  async close(): Promise<void> {
    await this.#last;
    await this.#end();
  }

  async #tried<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    this.#client ??= await this.#connect();
    try {
      return await work(this.#client);
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  async #end(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => {});
  }

  /**
   * A server that is silent is given up, and one that hears nothing from here rolls back: a transaction of ours may hold locks
   * that whoever writes waits for. ClickHouse is asked in the longest pause.
   */
  async #connect(): Promise<pg.Client> {
    const longestMs = this.#longestMs;
    const answerMs = longestMs + Math.min(longestMs, ANSWER_MS);
    const options = { name: 'xpert history', answerMs };
    const { client } = await connectToPrimary(this.#url, this.#connectMs, options);
    try {
      await client.query(
        `SET search_path = xpert, pg_catalog; SET timezone = 'UTC'; SET default_transaction_isolation = 'read committed';
         SET statement_timeout = ${longestMs}; SET idle_in_transaction_session_timeout = ${longestMs};
         SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
         SET tcp_user_timeout = 20000`,
      );
      return client;
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
  }
}
