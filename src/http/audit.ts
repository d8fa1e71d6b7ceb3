import type { FastifyRequest } from 'fastify';
import { adminIdOf } from '../core/identity/authorize.ts';
import type { HttpParts } from './parts.ts';

/** Notes who did what, after it was done. `detail` never holds secrets. */
export async function audit(
  { ports }: HttpParts,
  request: FastifyRequest,
  action: string,
  subject: string,
  detail: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { actor } = request;
  await ports.audit.write({
    at: ports.clock.now(),
    by: actor === null ? null : adminIdOf(actor),
    via: actor === null ? 'panel' : actor.kind === 'admin' ? 'panel' : actor.kind,
    action,
    subject,
    detail,
  });
}
