import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DESKTOP, launchBrowser, openPage, PHONE } from '../support/browser.ts';
import { fillPanel, type PanelPlaces } from '../support/panel-places.ts';
import { pressEverything } from '../support/press-everything.ts';
import { login, startServer, type TestServer, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder('panel-actions');

let server: TestServer;
let browser: Browser;
let cookie: string;
let places: PanelPlaces;

beforeAll(async () => {
  server = await startServer({ dataDir: folder.path });
  cookie = await login(server);
  places = await fillPanel(server, cookie);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  folder.remove();
});

test.each([
  { language: 'en', viewport: DESKTOP, colorScheme: 'light' },
  { language: 'fa', viewport: PHONE, colorScheme: 'dark' },
] as const)(
  'whatever is pressed in $language at $viewport.width px, $colorScheme, something happens',
  async ({ language, ...look }) => {
    const watched = await openPage(browser, { locale: language, reducedMotion: 'reduce', ...look });
    const context = watched.page.context();
    await context.grantPermissions(['clipboard-write']);
    const [name = '', value = ''] = cookie.split('=');
    await context.addCookies([{ name, value, url: server.url }]);
    await watched.page.addInitScript({
      content: `localStorage.clear(); localStorage.setItem('xpert.language', '${language}');`,
    });
    const { count, faults } = await pressEverything(watched, server.url, places.panel);
    expect(faults).toEqual([]);
    expect(count).toBeGreaterThan(150);
    await watched.close();
  },
  300_000,
);
