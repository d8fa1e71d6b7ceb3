import { Type } from '@sinclair/typebox';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';

/** Prometheus. The text is made by another module, loaded when somebody scrapes. */
export function metricsRoutes(app: HttpApp, parts: HttpParts): void {
  let render: Promise<() => Promise<string>> | undefined;

  app.get(
    '/metrics',
    {
      config: { access: 'metrics' },
      schema: { tags: ['health'], summary: 'Prometheus metrics', response: { 200: Type.String() } },
    },
    async (_request, reply) => {
      render ??= import('../prometheus.ts').then(({ prometheusText }) => prometheusText(parts));
      const text = await (await render)();
      return reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(text);
    },
  );
}
