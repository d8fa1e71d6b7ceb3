import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const DESKTOP = { width: 1440, height: 900 } as const;
export const TABLET = { width: 768, height: 1024 } as const;
export const PHONE = { width: 390, height: 844 } as const;

/** Debian's Chromium; CHROMIUM names another one. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
}

export interface WatchedPage {
  readonly page: Page;
  /** What the page complained about: uncaught errors, failed requests, errors on the console. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** A page of its own session, in English unless said otherwise. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: DESKTOP, locale: 'en-GB', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${new URL(response.url()).pathname}`);
  });
  return { page, complaints, close: () => context.close() };
}

/** Runs in the page, so it is text: this program knows no `document`. */
const FIND_WIDE = `(() => {
  const beyond = document.documentElement.scrollWidth - window.innerWidth;
  if (beyond <= 0) return [];
  const wide = [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > window.innerWidth)
    .map((element) => element.tagName.toLowerCase() + '.' + element.className);
  return [beyond + ' px too wide: ' + wide.slice(0, 5).join(', ')];
})()`;

/** What makes the page wider than its window; empty when nothing does. */
export function overflowOf(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(FIND_WIDE);
}

/** What fades in has its colours at the end alone. The clock of a toast runs for seconds, and is not waited for. */
const AT_REST = `Promise.allSettled(document.getAnimations()
  .filter(({ effect }) => effect?.getComputedTiming().endTime <= 1_000).map(({ finished }) => finished))`;

interface AxeOptions {
  /** An open menu floats beside the landmarks. */
  readonly floating?: boolean;
  /** Nothing but colours: what a page that was looked at whole can still do wrong in another theme. */
  readonly coloursOnly?: boolean;
}

const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/** Findings of axe, of any impact, one line each. No page here has frames of others, so it runs in the page itself. */
export async function axeViolations(page: Page, { floating = false, coloursOnly = false }: AxeOptions = {}) {
  // Half a megabyte to read: once per document, however often it is asked.
  if (!(await page.evaluate<boolean>("'axe' in window")))
    await new AxeBuilder({ page }).setLegacyMode().withRules('html-has-lang').analyze();
  const options = {
    resultTypes: ['violations'],
    ...(floating ? { rules: { region: { enabled: false } } } : {}),
    ...(coloursOnly ? { runOnly: { type: 'rule', values: COLOUR_RULES } } : {}),
  };
  return page.evaluate<string[]>(`${AT_REST}.then(() => axe.run(document, ${JSON.stringify(options)})).then(
    ({ violations }) => violations.map(
      ({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 160)).join(' | ')))`);
}

const LOADED_MS = 15_000;

/** Until nothing on the page waits any more, and what came is drawn. */
export async function untilLoaded(page: Page): Promise<void> {
  await page.locator('main').first().waitFor();
  const waiting = page.locator('[aria-busy="true"]');
  for (const deadline = performance.now() + LOADED_MS; (await waiting.count()) > 0; ) {
    if (performance.now() > deadline) throw new Error(`Still waiting: ${await waiting.first().innerHTML()}`);
    await untilDrawn(page);
  }
  await untilDrawn(page);
}

function untilDrawn(page: Page): Promise<void> {
  return page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))');
}
