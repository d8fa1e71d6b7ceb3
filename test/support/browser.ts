import { setTimeout as delay } from 'node:timers/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page, type Request } from 'playwright-core';

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

/** What each page asked for and has not got yet. Its stream of events has no end. */
const askedFor = new WeakMap<Page, Set<Request>>();

/** A page of its own session, in English unless said otherwise. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: DESKTOP, locale: 'en-GB', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const asked = new Set<Request>();
  askedFor.set(page, asked);
  page.on('request', (request) => {
    // What the document before asked for is nobody's any more; whether its end is told is chance.
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) asked.clear();
    if (request.resourceType() !== 'eventsource') asked.add(request);
  });
  page.on('requestfailed', (request) => asked.delete(request));
  // The end of an answer that nobody reads is never told.
  page.on('response', (response) => asked.delete(response.request()));
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

/**
 * Findings of axe, of any impact, one line each, of a page at rest: what it finds while something is drawn anew counts if it is still
 * there afterwards. No page here has frames of others, so it runs in the page itself.
 */
export async function axeViolations(page: Page, options: AxeOptions = {}): Promise<string[]> {
  await untilAtRest(page);
  const found = await look(page, options);
  if (found.length === 0) return found;
  await untilAtRest(page);
  return await look(page, options);
}

async function look(page: Page, { floating = false, coloursOnly = false }: AxeOptions): Promise<string[]> {
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
const STEP_MS = 10;

/** Until nothing on the page waits any more, and what came is drawn. */
export async function untilLoaded(page: Page): Promise<void> {
  await page.locator('main').first().waitFor();
  const waiting = page.locator('[aria-busy="true"]');
  for (const deadline = performance.now() + LOADED_MS; ; ) {
    await untilAtRest(page);
    if ((await waiting.count()) === 0) return;
    if (performance.now() > deadline) throw new Error(`Still waiting: ${await waiting.first().innerHTML()}`);
  }
}

/** A page that was told of something asks for it, or draws it, in less. */
const REST_MS = 60;

/** Runs in the page, so it is text: until nothing of it changed for a while. */
const UNCHANGED = `new Promise((done) => {
  const end = () => {
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done()));
  };
  let timer = setTimeout(end, ${REST_MS});
  const observer = new MutationObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(end, ${REST_MS});
  });
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
})`;

/** Until the page has all that it asked for, and has drawn it. */
async function untilAtRest(page: Page): Promise<void> {
  const asked = askedFor.get(page) ?? new Set();
  for (const deadline = performance.now() + LOADED_MS; ; ) {
    while (asked.size > 0) {
      if (performance.now() > deadline)
        throw new Error(`Not answered: ${[...asked].map((each) => each.url()).join(' ')}`);
      await delay(STEP_MS);
    }
    await page.evaluate(UNCHANGED);
    if (asked.size === 0) return;
  }
}
