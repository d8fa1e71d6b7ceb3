import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { Passwords } from '../src/http/auth/passwords.ts';
import { Sqlite } from '../src/lib/sqlite.ts';
import { type Figure, round, weakest } from './lib/figure.ts';
import { median } from './lib/rounds.ts';
import { type RunningServer, startXpert } from './lib/server.ts';
import { dataDirWithUsers, loadToken } from './lib/users.ts';
import { root, scratchDir } from './lib/workspace.ts';

const users = 100_000;
const loads = 5;
const slowdown = 4;
const OWNER = { name: 'owner', password: 'bench-password-of-no-worth' } as const;
const KIB = 1024;
/** The tab is left open this long while reports come in. */
const liveSeconds = 600;

/** Weight of the first page and of the others, how soon the overview is there on a slow machine, and how a long list scrolls. */
export const figure: Figure = {
  name: 'panel',
  target: 1,
  better: 'higher',
  async run() {
    const dataDir = await dataDirWithUsers(users, path.join(scratchDir(), 'ours'));
    await letOwnerIn(path.join(dataDir, 'traffic_stats.db'));
    const server = await startXpert(dataDir);
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    try {
      const cookie = await logIn(server);
      const slow = [];
      for (let n = 0; n < loads; n++) slow.push(await loadOverview(browser, server, cookie));
      const scroll = await scrollUsers(browser, server, cookie);
      const tabMegabytes = await liveTab(browser, server, cookie);
      const lower = 'lower' as const;
      const parts = {
        initialJsKib: { ratio: round(gzippedKib(initial(), '.js')), target: 200, better: lower },
        cssKib: { ratio: round(gzippedKib(assets(), '.css')), target: 40, better: lower },
        largestFurtherPageKib: { ratio: round(largestFurtherKib()), target: 60, better: lower },
        lcpMs: { ratio: round(median(slow.map(({ lcpMs }) => lcpMs))), target: 1_000, better: lower },
        cls: { ratio: Math.max(0.0001, round(Math.max(...slow.map(({ cls }) => cls)))), target: 0.02, better: lower },
        longestTaskWhileScrollingMs: { ratio: Math.max(1, round(scroll.longestTaskMs)), target: 50, better: lower },
        liveTabMegabytes: { ratio: round(tabMegabytes), target: 150, better: lower },
      };
      return {
        ratio: weakest(parts),
        parts,
        slowdown,
        overviewWithChartJsKib: round(gzippedKib(slow[0]?.files ?? [], '.js')),
        longestTaskOfLoadMs: round(median(slow.map(({ longestTaskMs }) => longestTaskMs))),
        heapMegabytesAfterScrolling: round(scroll.megabytes),
        liveSeconds,
        users,
      };
    } finally {
      await browser.close();
      await server.stop();
    }
  },
};

async function logIn(server: RunningServer): Promise<string> {
  const answer = await fetch(`${server.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(OWNER),
  });
  const cookie = answer.headers.get('set-cookie')?.match(/xpert_session=([^;]+)/)?.[1];
  if (cookie === undefined) throw new Error(`The owner may not log in: ${answer.status} ${await answer.text()}`);
  return cookie;
}

/** The prepared ledger has an owner whom nobody can log in as. */
async function letOwnerIn(file: string): Promise<void> {
  const db = new Sqlite(file);
  const hash = await new Passwords().hash(OWNER.password);
  db.prepare("UPDATE admin SET name = ?, password_hash = ? WHERE role = 'owner'").run(OWNER.name, hash);
  db.close();
}

/** Collects what the page tells of itself from its first moment on. It runs in the page, so it is text. */
const OBSERVE = `(() => {
  const seen = (window.seen = { lcp: 0, cls: 0, longest: 0 });
  const on = (type, use) => new PerformanceObserver((list) => list.getEntries().forEach(use)).observe({ type, buffered: true });
  on('largest-contentful-paint', (entry) => { seen.lcp = entry.startTime; });
  on('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
  on('longtask', (entry) => { seen.longest = Math.max(seen.longest, entry.duration); });
})()`;

interface Seen {
  readonly lcp: number;
  readonly cls: number;
  readonly longest: number;
}

async function openPage(browser: Browser, server: RunningServer, cookie: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  await context.addCookies([{ name: 'xpert_session', value: cookie, url: server.url }]);
  const page = await context.newPage();
  await page.addInitScript({ content: OBSERVE });
  return page;
}

/** Nothing in the cache, a processor that is `slowdown` times slower. */
async function loadOverview(browser: Browser, server: RunningServer, cookie: string) {
  const page = await openPage(browser, server, cookie);
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  const files: string[] = [];
  page.on('response', (response) => {
    const name = new URL(response.url()).pathname.match(/\/assets\/(.+)$/)?.[1];
    if (name) files.push(name);
  });
  await page.goto(server.url);
  await untilQuiet(page);
  const seen = await page.evaluate<Seen>('window.seen');
  await page.context().close();
  return { files, lcpMs: seen.lcp, cls: seen.cls, longestTaskMs: seen.longest };
}

/** From the first of the users to the last, a screen at a time; then by far jumps. At full speed. */
async function scrollUsers(browser: Browser, server: RunningServer, cookie: string) {
  const page = await openPage(browser, server, cookie);
  await page.goto(`${server.url}/#/users/`);
  await untilQuiet(page);
  await page.evaluate('window.seen.longest = 0');
  for (let n = 0; n < 100; n++) {
    await page.mouse.wheel(0, 800);
    await page.waitForTimeout(30);
  }
  await untilQuiet(page);
  const { longest } = await page.evaluate<Seen>('window.seen');
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const bytes = await page.evaluate<number>('performance.memory.usedJSHeapSize');
  await page.context().close();
  return { longestTaskMs: longest, megabytes: bytes / 1e6 };
}

/** Memory of the overview's process, its share of what it has in common with others included, after some time of live reports. */
async function liveTab(browser: Browser, server: RunningServer, cookie: string): Promise<number> {
  const page = await openPage(browser, server, cookie);
  await page.goto(server.url);
  await page.locator('.kpi .big').first().waitFor();
  for (let n = 0; n < liveSeconds; n++) {
    await report(server, n);
    await page.waitForTimeout(1_000);
  }
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const system = await browser.newBrowserCDPSession();
  const { processInfo } = await system.send('SystemInfo.getProcessInfo');
  const tabs = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => proportionalMegabytes(id));
  await page.context().close();
  return Math.max(...tabs);
}

function proportionalMegabytes(pid: number): number {
  const kib = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').match(/^Pss:\s+(\d+) kB/m)?.[1];
  return (Number(kib) * KIB) / 1e6;
}

async function report(server: RunningServer, n: number): Promise<void> {
  const answer = await fetch(`${server.url}/api/xpert/traffic-webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ user_token: loadToken(n % users), server: 'live.example.net', port: 443, protocol: 'vless' },
      ...{ bytes_uploaded: 1_000_000 + n, bytes_downloaded: 9_000_000 + n },
    }),
  });
  if (!answer.ok) throw new Error(`The report was refused: ${answer.status}`);
}

/** Something is drawn, and nothing waits any more. */
const QUIET = `document.querySelector('main') !== null && document.querySelector('[aria-busy=true]') === null`;

/**
 * Asked from outside: the page's own rules forbid that text is run in it, which `waitForFunction` would do; and seldom, by
 * a bare expression, as a locator's half a megabyte of script would be measured with the page.
 */
async function untilQuiet(page: Page): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (!(await page.evaluate<boolean>(QUIET))) {
    if (performance.now() > deadline) throw new Error('The page was still waiting after two minutes.');
    await page.waitForTimeout(100);
  }
  await page.waitForTimeout(500);
}

const folder = path.join(root, 'dist', 'web', 'assets');

function assets(): string[] {
  return readdirSync(folder);
}

/** As sent: the gzipped form where there is one. */
function gzippedBytes(name: string): number {
  const gzipped = path.join(folder, `${name}.gz`);
  return assets().includes(`${name}.gz`) ? statSync(gzipped).size : statSync(path.join(folder, name)).size;
}

function gzippedKib(names: readonly string[], ending: string): number {
  const wanted = new Set(names.filter((name) => name.endsWith(ending)));
  return [...wanted].reduce((sum, name) => sum + gzippedBytes(name), 0) / KIB;
}

/** The page whose own scripts, with all they bring along that the overview has not and the most words, weigh most. */
function largestFurtherKib(): number {
  const loaded = new Set(initial());
  const pages = assets().filter((name) => /-page-[\w-]+\.js$/.test(name));
  const words = assets().filter((name) => /^[a-z]+\.en-[\w-]+\.js$/.test(name));
  const mostWords = Math.max(...words.map((name) => gzippedKib([name], '.js')));
  const own = (name: string) => [...needed(name)].filter((file) => !loaded.has(file));
  return mostWords + Math.max(...pages.map((name) => gzippedKib(own(name), '.js')));
}

/** What the overview needs to show its figures, in English; its chart is fetched after them. */
function initial(): string[] {
  const index = readFileSync(path.join(folder, '..', 'index.html'), 'utf8');
  const entries = [...index.matchAll(/<script type="module"[^>]*assets\/([\w.-]+\.js)/g)].flatMap(
    ([, name]) => name ?? [],
  );
  const wanted = [/^common\.en-.*\.js$/, /^overview\.en-.*\.js$/];
  const parts = wanted.flatMap((part) => assets().find((name) => part.test(name)) ?? []);
  if (entries.length === 0 || parts.length !== wanted.length)
    throw new Error('The built panel has other files than this figure knows.');
  return [...new Set([...entries, ...parts].flatMap((name) => [...needed(name)]))];
}

/** A script and every script that it imports at once. */
function needed(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  const text = readFileSync(path.join(folder, name), 'utf8');
  for (const [, imported] of text.matchAll(/(?:from|import)\s*["`]\.\/([\w.-]+\.js)["`]/g))
    needed(imported ?? '', found);
  return found;
}
