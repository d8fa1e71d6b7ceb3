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
  const client = new pg.Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: CONNECT_MS });
  client.on('error', lost);
  client.connect().then(
    () => {
      const socket = takeSocket(client);
      socket.on('data', (chunk: Buffer) => {
        const bytes = Uint8Array.from(chunk);
        tell({ kind: 'bytes', bytes }, [bytes.buffer]);
      });
      socket.on('error', lost);
      socket.on('close', () => lost(new Error('the server closed the connection')));
      port.on('message', (message: ToSocket) => {
        if (message !== null) socket.write(message);
        else socket.end(TERMINATE);
      });
      tell({ kind: 'open' });
    },
    (error: Error & { code?: string }) => end({ kind: 'refused', code: error.code ?? '', message: error.message }),
  );
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
