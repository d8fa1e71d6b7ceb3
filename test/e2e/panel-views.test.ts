import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  axeViolations,
  DESKTOP,
  launchBrowser,
  openPage,
  overflowOf,
  PHONE,
  TABLET,
  untilLoaded,
  type WatchedPage,
} from '../support/browser.ts';
import { fillPanel, type PanelPlaces, type Place } from '../support/panel-places.ts';
import { login, startServer, type TestServer, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder('panel-views');
const WIDTHS = [PHONE, TABLET, DESKTOP];
const LANGUAGES = ['en', 'fa', 'ru', 'zh'] as const;
type Language = (typeof LANGUAGES)[number];

const NO_FLOW = { rxBitsPerSecond: 0, txBitsPerSecond: 0 };
/** Of these elements, the text of those whose content is wider than they are. Runs in the page, so it is text. */
const beyond = (selector: string) => `[...document.querySelectorAll('${selector}')]
  .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)`;

let server: TestServer;
let browser: Browser;
let cookie: string;
let places: PanelPlaces;

beforeAll(async () => {
  server = await startServer({ dataDir: folder.path, env: { XPERT_PUBLIC_SUMMARY: 'true' } });
  cookie = await login(server);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  folder.remove();
});

/** One page for all that is looked at in one language; it is told about widths and themes while it stands. */
async function openIn(
  language: Language,
  { loggedIn }: { readonly loggedIn: boolean },
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const watched = await openPage(browser, { locale: language, reducedMotion: 'reduce', ...options });
  const { page } = watched;
  const [name = '', value = ''] = cookie.split('=');
  if (loggedIn) await page.context().addCookies([{ name, value, url: server.url }]);
  await page.addInitScript({ content: `localStorage.setItem('xpert.language', '${language}');` });
  return watched;
}

/** At every width in both themes: what is too wide, and in `deep` what axe finds. The themes differ in nothing but colours. */
async function faultsOf(page: Page, deep: boolean): Promise<string[]> {
  const found: string[] = [];
  for (const viewport of WIDTHS) {
    const at = (theme: string, faults: readonly string[]) =>
      found.push(...faults.map((fault) => `${viewport.width} px, ${theme}: ${fault}`));
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme: 'light' });
    await untilLoaded(page);
    at('light', await overflowOf(page));
    if (!deep) continue;
    at('light', await axeViolations(page));
    await page.emulateMedia({ colorScheme: 'dark' });
    at('dark', await axeViolations(page, { coloursOnly: true }));
  }
  return found;
}

/** Axe takes longest: it looks at a language of each direction. */
const isDeep = (language: Language) => language === 'en' || language === 'fa';

async function faultsOfAll(places: readonly Place[], language: Language, { loggedIn = true } = {}): Promise<string[]> {
  const { page, complaints, close } = await openIn(language, { loggedIn });
  const found: string[] = [];
  for (const [name, path] of places) {
    await page.goto(`${server.url}/${path}`);
    found.push(...(await faultsOf(page, isDeep(language))).map((fault) => `${name}, ${fault}`));
  }
  await close();
  return [...found, ...complaints];
}

describe('before there is anything', () => {
  test.each(LANGUAGES)(
    'the first pages are sound in %s',
    async (language) => {
      const first: readonly Place[] = [
        ['empty overview', '#/'],
        ['no users', '#/users/'],
        ['no links', '#/links/'],
        ['no nodes', '#/nodes/'],
        ['no traffic', '#/traffic/'],
      ];
      expect(await faultsOfAll(first, language)).toEqual([]);
    },
    120_000,
  );
});

describe('every page', () => {
  beforeAll(async () => {
    places = await fillPanel(server, cookie);
  });

  test.each(LANGUAGES)(
    'fits, has no accessibility fault and no complaint in %s',
    async (language) => {
      expect(await faultsOfAll(places.panel, language)).toEqual([]);
    },
    240_000,
  );

  test.each(LANGUAGES)('on a phone, what is long keeps to its place in %s', async (language) => {
    const { page, complaints, close } = await openIn(language, { loggedIn: true });
    await page.setViewportSize(PHONE);
    const missingNodes = ['amsterdam-2', 'frankfurt-1', 'helsinki-1', 'singapore-1', 'warsaw-1'];
    await page.route('**/api/v1/overview?**', async (route) => {
      const response = await route.fetch();
      const body = (await response.json()) as { now: object | null };
      await route.fulfill({ response, json: { ...body, now: { ...NO_FLOW, ...body.now, missingNodes } } });
    });
    await page.goto(`${server.url}/#/`);
    await page.locator('.kpi .ask-label').first().click();
    await page.getByRole('tooltip').getByText('amsterdam-2').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.evaluate(beyond('.kpi'))).toEqual([]);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.goto(`${server.url}/#/traffic/`);
    await page.locator('.holders tbody .name').first().waitFor();
    expect(await page.evaluate(beyond('.tw:has(.holders)'))).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });

  test.each(LANGUAGES)(
    'for everybody is as sound in %s',
    async (language) => {
      const found = await faultsOfAll(places.open, language, { loggedIn: false });
      // The browser says of itself that there is nothing at an address.
      expect(found.filter((line) => !/404/.test(line))).toEqual([]);
    },
    120_000,
  );

  test.each([
    { look: 'more contrast', options: { contrast: 'more' } },
    { look: 'colours of the system', options: { forcedColors: 'active' } },
  ] as const)(
    'has no accessibility fault in $look',
    async ({ options }) => {
      const { page, complaints, close } = await openIn('en', { loggedIn: true }, options);
      const found: string[] = [];
      for (const [name, path] of places.panel) {
        await page.goto(`${server.url}/${path}`);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          if (colorScheme === 'light') await untilLoaded(page);
          const faults = await axeViolations(page, { coloursOnly: true });
          found.push(...faults.map((fault) => `${name}, ${colorScheme}: ${fault}`));
        }
      }
      expect([...found, ...complaints]).toEqual([]);
      await close();
    },
    120_000,
  );
});
