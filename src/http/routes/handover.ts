import { Type } from '@sinclair/typebox';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { problem } from '../problem.ts';
import { Nullable } from '../schemas/common.ts';

const schema = {
  tags: ['ledger'],
  summary: 'Let go of the ledger until a move of it has ended',
  description:
    'Over the socket of the data folder only: `xpert migrate` calls it. The server answers 503 with `Retry-After` until the move has ended, and goes on where the ledger is then.',
  body: Type.Object({
    move: Type.String({ minLength: 1, maxLength: 64, description: 'Id of the move.' }),
    databaseUrl: Type.String({
      minLength: 1,
      maxLength: 2048,
      description: 'Database that the ledger comes from or goes to.',
    }),
    mirror: Type.Optional(
      Nullable(
        Type.Object(
          {
            url: Type.String({ minLength: 1, maxLength: 2048 }),
            cluster: Nullable(Type.String({ minLength: 1, maxLength: 255 })),
          },
          { description: 'ClickHouse database that mirrors history from then on.' },
        ),
      ),
    ),
  }),
  response: { 200: Type.Object({ waits: Type.Literal(true) }) },
};

export const HANDOVER_PATH = '/api/v1/handover';

export function handoverRoutes(app: HttpApp, parts: HttpParts): void {
  const { operations } = parts.ports;
  app.post(HANDOVER_PATH, { config: { access: 'local' }, schema }, async (request, reply) => {
    if ((parts.config.standingBy?.() ?? 0) > 0) refuseHandover();
    const { move, databaseUrl, mirror = null } = request.body;
    // Whoever asked has the answer before anything is closed.
    reply.raw.once('finish', () => operations.handOver({ move, databaseUrl, mirror }));
    return { waits: true as const };
  });
}

/** Another process would take the ledger before the move does. */
export function refuseHandover(): never {
  throw problem('processes-stand-by', 'Other Xpert processes use this database.');
}
