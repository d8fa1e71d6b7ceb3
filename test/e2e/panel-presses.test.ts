import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DESKTOP, launchBrowser, PHONE } from '../support/browser.ts';
import { fillPanel, type PanelPlaces } from '../support/panel-places.ts';
import { type Look, pressEverything } from '../support/press-everything.ts';
import { login, startServer, type TestServer, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder('panel-presses');
/** Every other page in the first, the rest in the second; `test/long/` has all pages in all of them. */
const LOOKS: readonly Look[] = [
  { language: 'en', viewport: DESKTOP, colorScheme: 'light' },
  { language: 'fa', viewport: PHONE, colorScheme: 'dark' },
];

let server: TestServer;
let browser: Browser;
let cookie: string;
let places: PanelPlaces;

beforeAll(async () => {
  server = await startServer({ dataDir: folder.path, env: { XPERT_PUBLIC_SUMMARY: 'true' } });
  cookie = await login(server);
  places = await fillPanel(server, cookie);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  folder.remove();
});

test('whatever is pressed in the panel, something is seen to happen', async () => {
  const pressed = await Promise.all(
    LOOKS.map((look, nth) => {
      const ours = places.panel.filter((_, index) => index % LOOKS.length === nth);
      return pressEverything(browser, { ...look, url: server.url, cookie, hands: 3 }, ours);
    }),
  );
  expect(pressed.flatMap(({ faults }) => faults)).toEqual([]);
  for (const { count } of pressed) expect(count).toBeGreaterThan(80);
}, 900_000);

test('and on the pages that are open to everybody', async () => {
  const pressed = await Promise.all(
    LOOKS.map((look, nth) => {
      const ours = places.open.filter((_, index) => index % LOOKS.length === nth);
      return pressEverything(browser, { ...look, url: server.url }, ours);
    }),
  );
  expect(pressed.flatMap(({ faults }) => faults)).toEqual([]);
  expect(pressed.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(5);
}, 300_000);
