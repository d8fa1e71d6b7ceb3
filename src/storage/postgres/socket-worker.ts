import type { Socket } from 'node:net';
import { parentPort } from 'node:worker_threads';
import pg from 'pg';
import type { FromSocket, NewSocket, ToSocket } from './socket-messages.ts';

/**
 * Entry of the thread that holds the sockets of another one, which waits. `pg` connects (addresses, TLS, passwords); then
 * its socket is taken over, and bytes are passed between the server and the thread that waits for it.
 */
parentPort?.on('message', (asked: NewSocket) => connect(asked));

/** How long connecting may take, ms. */
const CONNECT_MS = 10_000;
/** A server that was asked and says nothing for this long is asked over another connection whether it works on that. */
const SILENT_MS = 5_000;
/** How long that may take, ms. */
const ASK_MS = 5_000;
/** Bytes of ours may be on their way: so many times in a row the server has to know nothing of a question. */
const DENIALS = 2;

function connect({ url, port, signal }: NewSocket): void {
  const tell = (message: FromSocket, transfer: readonly ArrayBuffer[] = []): void => {
    port.postMessage(message, transfer);
    Atomics.add(signal, 0, 1);
    Atomics.notify(signal, 0);
  };
  let isOver = false;
  const end = (message: FromSocket): void => {
    if (isOver) return;
    isOver = true;
    tell(message);
    port.close();
  };
  const lost = (error: Error): void => end({ kind: 'lost', message: error.message });
  const client = newClient(url, CONNECT_MS);
  client.on('error', lost);
  client.connect().then(
    () => {
      const socket = takeSocket(client);
      const watch = new Watch(url, processOf(client), (why) => {
        lost(new Error(why));
        socket.destroy();
      });
      socket.on('data', (chunk: Buffer) => {
        watch.heard(chunk);
        const bytes = Uint8Array.from(chunk);
        tell({ kind: 'bytes', bytes }, [bytes.buffer]);
      });
      socket.on('error', lost);
      socket.on('close', () => {
        watch.end();
        lost(new Error('the server closed the connection'));
      });
      port.on('message', (message: ToSocket) => {
        if (message === null) {
          watch.end();
          socket.end(TERMINATE);
          return;
        }
        socket.write(message);
        watch.asked();
      });
      port.on('close', () => watch.end());
      tell({ kind: 'open' });
    },
    (error: Error & { code?: string }) =>
      // Where a name has several addresses and none of them answers, there is no message.
      end({ kind: 'refused', code: error.code ?? '', message: error.message || (error.code ?? 'unknown reason') }),
  );
}

function newClient(url: string, connectionTimeoutMillis: number): pg.Client {
  return new pg.Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis, application_name: 'xpert' });
}

function processOf(client: pg.Client): number {
  return (client as unknown as { processID: number }).processID;
}

/** From now on `pg` hears nothing of its connection any more. */
function takeSocket(client: pg.Client): Socket {
  const { connection } = client as unknown as { connection: { stream: Socket; removeAllListeners(): void } };
  connection.removeAllListeners();
  connection.stream.removeAllListeners();
  return connection.stream;
}

/** The message that ends a session: 'X' and its length. */
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4]);
/** What the server says last, before one byte for the state of the transaction: 'Z' and its length. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5]);

/**
 * Notices that the server cannot be reached any more while an answer is waited for, which the system tells after a quarter
 * of an hour. A statement may take as long as it needs: whether the server works on it is asked over another connection.
 */
class Watch {
  readonly #url: string;
  readonly #process: number;
  readonly #lose: (why: string) => void;
  #timer: NodeJS.Timeout | null = null;
  #denials = 0;
  #last = Buffer.alloc(0);

  constructor(url: string, process: number, lose: (why: string) => void) {
    this.#url = url;
    this.#process = process;
    this.#lose = lose;
  }

  /** Something was sent to the server, which has to say something to it. */
  asked(): void {
    this.#timer ??= setTimeout(() => void this.#ask(), SILENT_MS);
  }

  heard(chunk: Buffer): void {
    this.end();
    this.#last = Buffer.concat([this.#last, chunk.subarray(-READY.length - 1)]).subarray(-READY.length - 1);
    // An answer goes on until the server is ready for the next question.
    if (!this.#last.subarray(0, READY.length).equals(READY)) this.asked();
  }

  /** Nothing is waited for. */
  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#denials = 0;
  }

  async #ask(): Promise<void> {
    const timer = this.#timer;
    const state = await this.#state();
    // Heard of meanwhile.
    if (timer === null || this.#timer !== timer) return;
    this.#timer = null;
    if (state === 'unreachable') return this.#lose('the server does not answer');
    this.#denials = state === 'idle' ? this.#denials + 1 : 0;
    if (this.#denials >= DENIALS) return this.#lose('the server does not know of what it was asked');
    this.asked();
  }

  async #state(): Promise<'busy' | 'idle' | 'unreachable'> {
    const client = newClient(this.#url, ASK_MS);
    client.on('error', () => {});
    const late = setTimeout(() => client.end().catch(() => {}), ASK_MS);
    try {
      await client.connect();
      const sql = 'SELECT state FROM pg_stat_activity WHERE pid = $1';
      const { rows } = await client.query<{ state: string }>(sql, [this.#process]);
      return rows[0]?.state === 'active' ? 'busy' : 'idle';
    } catch (error) {
      // Class 53: it answers, but has no room for one more.
      return /^53/.test((error as { code?: string }).code ?? '') ? 'busy' : 'unreachable';
    } finally {
      clearTimeout(late);
      client.end().catch(() => {});
    }
  }
}
