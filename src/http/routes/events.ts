import { Type } from '@sinclair/typebox';
import { type Access, actorOf } from '../auth/access.ts';
import { EventStream } from '../event-stream.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';

const ENDING: ReadonlySet<Access> = new Set(['own-account', 'manage-admins', 'manage-tokens', 'local']);

/** Live events for open panels. */
export function eventRoutes(app: HttpApp, { ports, authenticator }: HttpParts): void {
  const stream = new EventStream(ports);
  app.addHook('preClose', async () => stream.close());
  // Whatever may have ended a login or a token, or changed what it may see.
  app.addHook('onResponse', async ({ method, routeOptions }) => {
    const { access } = routeOptions.config;
    if (method !== 'GET' && access !== undefined && ENDING.has(access)) await stream.lookAgain();
  });

  app.get(
    '/api/v1/events',
    {
      config: { access: 'view' },
      exposeHeadRoute: false,
      schema: {
        tags: ['usage'],
        summary: 'Server-sent events: "change" with the topics that changed, at most once a second',
        response: { 200: Type.String({ contentMediaType: 'text/event-stream' }) },
      },
    },
    (request, reply) => {
      stream.admit(request.ip);
      const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' };
      const actor = actorOf(request);
      reply.raw.writeHead(200, headers as Record<string, string>);
      reply.hijack();
      stream.open(reply.raw, actor, request.ip, () => authenticator.actor(request));
    },
  );
}
