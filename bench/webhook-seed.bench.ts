import type { Figure } from './lib/figure.ts';
import { compareWebhook } from './lib/webhook.ts';

/** The load of webhook-single against the original's way of recording: a connection and a commit of its own per report. */
export const figure: Figure = {
  name: 'webhook-seed',
  target: 10,
  better: 'higher',
  run: () => compareWebhook('seed-server', 5),
};
