import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createApp } from './server.ts';

test('what fails because the end of the server cut it off is told to nobody; what fails before is told', async () => {
  const told: unknown[] = [];
  const logger = { info() {}, warn() {}, error: (what: object) => void told.push(what) };
  const app = createApp({ trustedProxies: [], basePath: '', logger });
  let close = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const fail = () => {
    throw new TypeError('The database connection is not open');
  };
  app.get('/wrong', { config: { access: 'public' } }, async () => fail());
  app.get('/slow', { config: { access: 'public' } }, async () => {
    await closed;
    fail();
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  expect((await fetch(`${url}/wrong`)).status).toBe(500);
  expect(told).toHaveLength(1);
  const arrived = once(app.server, 'request');
  const slow = fetch(`${url}/slow`).then(
    ({ status }) => status,
    () => 'cut off',
  );
  await arrived;
  const ended = app.close();
  await delay(50);
  app.server.closeAllConnections();
  await ended;
  expect(await slow).toBe('cut off');
  close();
  await delay(50);
  expect(told).toHaveLength(1);
});
