import type { HttpApp } from './http-app.ts';
import { NOT_LEADING_HEADER, type Passing, passOn } from './passing-on.ts';
import type { HttpConfig } from './ports.ts';
import { problem } from './problem.ts';
import { HANDOVER_PATH, refuseHandover } from './routes/handover.ts';
import { createApp } from './server.ts';
import { VISITOR_HEADER } from './visitor-seal.ts';

export type StandbyConfig = Pick<HttpConfig, 'trustedProxies' | 'basePath' | 'logger'>;

/** A server that has everything answered by the process that leads; that it lives itself it says itself. */
export async function buildStandbyServer(config: StandbyConfig, passing: Passing): Promise<HttpApp> {
  const app = createApp(config);
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers[VISITOR_HEADER] !== undefined) refusePassedOn(reply);
    // What is asked for holds a password: it goes to no other machine.
    if (request.url === HANDOVER_PATH) refuseHandover();
    if (request.url !== '/healthz') await passOn(request, reply, passing);
  });
  app.get('/healthz', { config: { access: 'public' } }, async () => ({ status: 'ok' }));
  await app.ready();
  return app;
}

/** Whoever passed it on looks again who leads: a request is passed on once at most. */
export function refusePassedOn(reply: { header(name: string, value: string): unknown }): never {
  reply.header(NOT_LEADING_HEADER, '1');
  throw problem('no-leader', 'This process does not lead.', { retryAfterSeconds: 1 });
}
