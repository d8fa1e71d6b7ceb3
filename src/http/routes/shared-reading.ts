import type { HttpApp } from '../http-app.ts';
import { processRequests } from '../passed-on.ts';
import { problem } from '../problem.ts';

/** Where processes that stand by ask the one that leads for something to read. Between processes only: no part of the API. */
export const SHARED_READING_PATH = '/api/v1/shared-reading';
/** A node of several 100,000 peers; what is larger is read by the process that leads. */
const MOST_BYTES = 134_217_728;

/** Takes sealed messages of other processes and answers when there is something to do. */
export interface SharedReading {
  /** Null: the message comes from nobody who may ask. */
  exchange(sealed: Uint8Array, gone: AbortSignal): Promise<Uint8Array | null>;
  close(): void;
}

/** Without the hooks of the API: such requests come all the time, and are nobody's news. */
export function sharedReadingRoutes(app: HttpApp, reading: SharedReading): void {
  // Nobody else is to send bodies of that size, by way of a process that stands by either.
  app.addHook('onRequest', async ({ raw }) => {
    if (!processRequests.has(raw)) throw problem('no-such-route', 'There is nothing at this address.');
  });
  app.addHook('preClose', async () => reading.close());
  app.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer', bodyLimit: MOST_BYTES },
    (_request, body, done) => done(null, body),
  );
  app.post(SHARED_READING_PATH, { config: { access: 'public' } }, async (request, reply) => {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const answer = Buffer.isBuffer(request.body) ? await reading.exchange(request.body, gone.signal) : null;
    if (answer === null) throw problem('no-such-route', 'There is nothing at this address.');
    return reply.type('application/octet-stream').send(Buffer.from(answer));
  });
}
