import type { Socket } from 'node:net';
import { parentPort } from 'node:worker_threads';
import type pg from 'pg';
import { onTheWay } from '../../lib/on-the-way.ts';
import { connected, connectToPrimary } from './client.ts';
import { type SessionState, SilenceWatch } from './silence-watch.ts';
import { ADDRESS_UNUSABLE, type FromSocket, type NewSocket, type ToSocket } from './socket-messages.ts';

/**
 * Entry of the thread that holds the sockets of another one, which waits. `pg` connects (addresses, TLS, passwords); then
 * its socket is taken over, and bytes are passed between the server and the thread that waits for it.
 */
parentPort?.on('message', (asked: NewSocket) => connect(asked));

/** How long connecting may take, ms. */
const CONNECT_MS = 5_000;
/** How long a server may take to be connected to, and then to say the state of a session, ms: two packets may be lost. */
const ASK_MS = 4_000;

/** Of connections that are there or being made: each ends with what it is told. */
const losing = new Set<(error: Error) => void>();

// Whoever waits sleeps until it is told something: a bug here must not be silence. The next connection has nothing of it.
process.on('uncaughtException', (error) => {
  for (const lose of [...losing]) lose(new Error(`the thread of its socket failed (${error.message})`));
});

function connect({ url, port, signal }: NewSocket): void {
  const tell = (message: FromSocket, transfer: readonly ArrayBuffer[] = []): void => {
    port.postMessage(message, transfer);
    Atomics.add(signal, 0, 1);
    Atomics.notify(signal, 0);
  };
  const end = (message: FromSocket): void => {
    if (!losing.delete(lose)) return;
    tell(message);
    port.close();
  };
  const lost = (error: Error, isAway = false): void => end({ kind: 'lost', message: error.message, isAway });
  let release = (): void => {};
  const lose = (error: Error, isAway = false): void => {
    lost(error, isAway);
    release();
  };
  losing.add(lose);
  open(url).then(
    ({ socket, pid, server }) => {
      const watch = new SilenceWatch({
        ask: () => stateOf(server, pid),
        lose: (why, said) => lose(new Error(why), said === 'unreachable'),
        onTheWay: () => onTheWay(socket),
      });
      release = () => {
        watch.end();
        socket.destroy();
      };
      // Ended while it was being made.
      if (!losing.has(lose)) return release();
      socket.on('data', (chunk: Buffer) => {
        watch.heard(chunk);
        const bytes = Uint8Array.from(chunk);
        tell({ kind: 'bytes', bytes }, [bytes.buffer]);
      });
      socket.on('error', (error) => lost(error));
      socket.on('close', () => lose(new Error('the server closed the connection')));
      port.on('message', (message: ToSocket) => {
        if (message === null) {
          watch.end();
          socket.end(TERMINATE);
          return;
        }
        socket.write(message);
        watch.asked(message.length);
      });
      port.on('close', () => watch.end());
      tell({ kind: 'open' });
    },
    (error: Error & { code?: string }) =>
      // Where a name has several addresses and none of them answers, there is no message.
      end({ kind: 'refused', code: error.code ?? '', message: error.message || (error.code ?? 'unknown reason') }),
  );
}

interface Opened {
  readonly socket: Socket;
  /** Of the server's process behind the socket; null: it does not say. */
  readonly pid: number | null;
  /** Address of that server alone. */
  readonly server: string;
}

async function open(url: string): Promise<Opened> {
  const { client, url: server } = await connectToPrimary(url, CONNECT_MS);
  try {
    // What a pool in front gives as the number of the process at the beginning is not that.
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return { socket: takeSocket(client), pid: rows[0]?.pid ?? null, server };
  } catch (error) {
    client.end().catch(() => {});
    throw error;
  }
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

/** What a server says of a session. Never rejects. */
async function stateOf(server: string, pid: number | null): Promise<SessionState> {
  let client: pg.Client | null = null;
  try {
    client = await connected(server, ASK_MS, { answerMs: ASK_MS });
    const sql = 'SELECT state FROM pg_stat_activity WHERE pid = $1';
    const { rows } = await client.query<{ state: string | null }>(sql, [pid]);
    const state = rows[0]?.state ?? '';
    if (state === 'active') return 'busy';
    return state.startsWith('idle') ? 'idle' : 'unknown';
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    // Not the server's fault: a file that the address names is away.
    if (code === ADDRESS_UNUSABLE) return 'unknown';
    // Class 53: it answers, but has no room for one more.
    return /^53/.test(code) ? 'busy' : 'unreachable';
  } finally {
    client?.end().catch(() => {});
  }
}
