import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DESKTOP, launchBrowser, PHONE, TABLET } from '../support/browser.ts';
import { fillPanel, type PanelPlaces } from '../support/panel-places.ts';
import { pressEverything } from '../support/press-everything.ts';
import { login, startServer, type TestServer, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder('panel-presses');

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

/** All that `test/e2e/panel-presses.test.ts` does with one page in one look. */
describe.each(['en', 'fa', 'ru', 'zh'] as const)('whatever is pressed, in %s', (language) => {
  describe.each([PHONE, TABLET, DESKTOP])('at $width px', (viewport) => {
    test.each(['light', 'dark'] as const)(
      'something is seen to happen, %s',
      async (colorScheme) => {
        const look = { language, viewport, colorScheme, url: server.url };
        const panel = await pressEverything(browser, { ...look, cookie }, places.panel);
        const open = await pressEverything(browser, look, places.open);
        expect([...panel.faults, ...open.faults]).toEqual([]);
        expect(panel.count).toBeGreaterThan(150);
      },
      900_000,
    );
  });
});
