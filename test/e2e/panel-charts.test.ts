import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchBrowser, openPage, untilLoaded, type WatchedPage } from '../support/browser.ts';
import { login, startServer, type TestServer, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder('panel-charts');
const GIB = 1024 ** 3;
const QUARTER_MS = 900_000;

let server: TestServer;
let browser: Browser;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  server = await startServer({ dataDir: folder.path });
  await report();
  browser = await launchBrowser();
  watched = await openPage(browser);
  page = watched.page;
  const [name = '', value = ''] = (await login(server)).split('=');
  await page.context().addCookies([{ name, value, url: server.url }]);
});

beforeEach(async () => {
  await page.goto(`${server.url}/#/nothing`);
  await page.goto(`${server.url}/#/`);
  await card().locator('.u-over').waitFor();
  await untilLoaded(page);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  folder.remove();
});

/** Traffic over time; the one of active peers stands below it. */
function card(): Locator {
  return page.locator('.chart-card').first();
}

async function report(more: object = {}): Promise<void> {
  const usage = { user_token: 'ann', server: 'vpn.example.com', port: 443, protocol: 'vless' };
  const answer = await fetch(`${server.url}/api/xpert/traffic-webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...usage, bytes_uploaded: GIB, bytes_downloaded: 5 * GIB, ...more }),
  });
  if (!answer.ok) throw new Error(`The report was refused: ${answer.status}`);
}

/** Until the chart was drawn anew with what was just reported. */
async function untilRedrawn(): Promise<void> {
  const picture = () => page.evaluate<string>("document.querySelector('.chart-card canvas').toDataURL()");
  const before = await picture();
  const read = page.waitForResponse((answer) => answer.url().includes('/usage/series') && answer.ok());
  await report();
  await read;
  await expect.poll(picture).not.toBe(before);
}

async function hoursInAddress(): Promise<number> {
  await page.waitForURL(/from=.*T.*Z&to=.*T.*Z/);
  const [from = '', to = ''] = ['from', 'to'].map((name) =>
    new URL(page.url().replace('#/', '')).searchParams.get(name)?.replaceAll('"', ''),
  );
  return (Date.parse(to) - Date.parse(from)) / 3_600_000;
}

async function drawOut(whilePressed: () => Promise<void> = async () => {}): Promise<void> {
  const over = card().locator('.u-over');
  const box = (await over.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 5 });
  await whilePressed();
  await page.mouse.move(box.x + box.width * 0.75, box.y + 60, { steps: 5 });
  await page.mouse.up();
}

const selectedWidth = () => page.evaluate<number>("document.querySelector('.chart-card .u-select').clientWidth");

test('shows the part that was drawn out, in the address, and all again', async () => {
  await drawOut();
  const hours = await hoursInAddress();
  expect(hours).toBeGreaterThan(5);
  expect(hours).toBeLessThan(7);
  await page.getByRole('button', { name: 'Whole range' }).click();
  await page.waitForURL(/range=24h/);
});

test('a part that is being drawn out is not lost when a report arrives meanwhile', async () => {
  await drawOut(async () => {
    const heard = page.waitForResponse(/usage\/series/);
    await report();
    await heard;
    // Time to draw, if it did.
    await page.waitForTimeout(200);
  });
  expect(await hoursInAddress()).toBeGreaterThan(5);
});

test('is read and zoomed by keyboard; what is selected stays when a report arrives', async () => {
  const chart = page.getByRole('slider', { name: 'Traffic over time' });
  const said = () => chart.getAttribute('aria-valuetext');
  await chart.press('Home');
  await expect.poll(said).not.toBeNull();
  const first = await said();
  await chart.press('End');
  await expect.poll(said).not.toBe(first);
  expect(await said()).toMatch(/vpn|reports.*bit/i);
  await card().locator('.tip').waitFor();
  for (let n = 0; n < 3; n++) await chart.press('Shift+ArrowLeft');
  await expect.poll(said).toMatch(/^Selected: /);
  await expect.poll(selectedWidth).toBeGreaterThan(8);
  const width = await selectedWidth();
  await untilRedrawn();
  await expect.poll(selectedWidth).toBeCloseTo(width, 0);
  await chart.press('Escape');
  await expect.poll(selectedWidth).toBe(0);
  await chart.press('End');
  await chart.press('Shift+ArrowLeft');
  await chart.press('Enter');
  await page.waitForURL(/from=.*T.*Z&to=.*T.*Z/);
  await untilLoaded(page);
  // The keyboard stays on the chart, though another one has come in its place.
  await expect.poll(() => page.evaluate("document.activeElement.getAttribute('role')")).toBe('slider');
  await page.keyboard.press('Escape');
  await page.waitForURL(/range=24h/);
  expect(watched.complaints).toEqual([]);
});

test('leads back by keyboard from a part in which nothing was counted', async () => {
  const chart = page.getByRole('slider', { name: 'Traffic over time' });
  await chart.press('Home');
  await chart.press('Shift+ArrowRight');
  await chart.press('Enter');
  await page.getByText('Nothing counted in this time').first().waitFor();
  await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Whole range');
  await page.keyboard.press('Enter');
  await page.waitForURL(/range=24h/);
});

test('says how it is zoomed by keyboard: in its hint, beside its table and to readers', async () => {
  await page.getByRole('region', { name: 'Traffic over time' }).getByRole('button', { name: 'What is this?' }).click();
  await page.getByRole('tooltip').getByText('arrow keys', { exact: false }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Table' }).first().click();
  await page.getByRole('caption').getByText('arrow keys', { exact: false }).waitFor();
});

test('what it is split by stands in the address, and whoever follows it sees the same', async () => {
  await page.getByRole('button', { name: /^by / }).click();
  await page.getByRole('menuitemradio', { name: 'user', exact: true }).click();
  await page.waitForURL(/by=user/);
  await page.reload();
  await page.getByRole('slider', { name: 'Traffic over time' }).waitFor();
  expect(await page.getByRole('button', { name: /^by / }).textContent()).toContain('user');
});

test('every chart has its numbers beside it, as a table', async () => {
  const charts = page.locator('section.card', { has: page.getByRole('slider') });
  await expect.poll(() => charts.count()).toBe(2);
  for (const name of await charts.locator('h2').allTextContents()) {
    const one = page.getByRole('region', { name, exact: true });
    await one.getByRole('button', { name: 'Table' }).click();
    await one.locator('tbody tr').first().waitFor();
  }
});

test('says how well the bytes of a time are known, in its lane, its table and to readers', async () => {
  const quarter = Math.floor(Date.now() / QUARTER_MS) * QUARTER_MS - 3 * 3_600_000;
  const minutes = (after: number) => new Date(quarter + after * 60_000).toISOString();
  // Within one quarter of an hour, and across the border of two.
  await report({ period_start: minutes(2), period_end: minutes(12), event_id: 'three-hours-late' });
  await report({ period_start: minutes(-190), period_end: minutes(-170), event_id: 'over-a-border' });
  for (const said of ['counted late', 'spread by time'])
    await card().locator('.lane').getByText(said).first().waitFor();
  await card().getByRole('button', { name: 'Table' }).click();
  await card().getByRole('columnheader', { name: 'Quality' }).waitFor();
  for (const said of ['counted late', 'spread by time'])
    await card().getByRole('cell', { name: said }).first().waitFor();
  expect(await card().getByRole('cell', { name: 'measured' }).count()).toBeGreaterThan(0);
  await card().getByRole('button', { name: 'Chart' }).click();
  const chart = page.getByRole('slider', { name: 'Traffic over time' });
  await chart.press('End');
  for (let n = 0; n < 14 && !/counted late/.test((await chart.getAttribute('aria-valuetext')) ?? ''); n++)
    await chart.press('ArrowLeft');
  expect(await chart.getAttribute('aria-valuetext')).toMatch(/counted late/);
  await card().locator('.tip').getByText('counted late').waitFor();
  expect(watched.complaints).toEqual([]);
});
