import type { Figure } from './lib/figure.ts';
import { compareWebhook } from './lib/webhook.ts';

/** Durable single reports with event ids per second, against bare Fastify that stores nothing. */
export const figure: Figure = {
  name: 'webhook-single',
  target: 0.8,
  better: 'higher',
  run: () => compareWebhook('constant-server', 7),
};
