import { Type } from '@sinclair/typebox';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';

const Alive = Type.Object({ status: Type.Literal('ok') });

export function healthRoutes(app: HttpApp, { ports }: HttpParts): void {
  app.get(
    '/healthz',
    {
      config: { access: 'public' },
      schema: { tags: ['health'], summary: 'The process lives', response: { 200: Alive } },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      config: { access: 'public' },
      schema: { tags: ['health'], summary: 'The ledger can be written', response: { 200: Alive } },
    },
    async () => {
      await ports.operations.ready();
      return { status: 'ok' as const };
    },
  );
}
