import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeViolations, launchBrowser, openPage, overflowOf, PHONE, type WatchedPage } from '../support/browser.ts';
import { FakeWeb } from '../support/fake-web.ts';
import { login, startServer, type TestServer, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder('panel-alerts');
const GIB = 1024 ** 3;

let server: TestServer;
let browser: Browser;
let cookie: string;
let watched: WatchedPage;
let page: Page;
const web = new FakeWeb(() => ({ status: 204, body: '' }));

beforeAll(async () => {
  server = await startServer({ dataDir: folder.path, env: { XPERT_PUBLIC_SUMMARY: 'true' } });
  cookie = await login(server);
  await nearLimit();
  browser = await launchBrowser();
  watched = await openPage(browser);
  page = watched.page;
  await enter(page);
});

afterAll(async () => {
  await browser?.close();
  await web.close().catch(() => {});
  await server?.stop();
  folder.remove();
});

async function enter(target: Page): Promise<void> {
  const [name = '', value = ''] = cookie.split('=');
  await target.context().addCookies([{ name, value, url: server.url }]);
}

async function call(method: string, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json', cookie };
  const answer = await fetch(`${server.url}/${path}`, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

/** Ann has used 85 of 100 parts of her quota: told at once, as information is. */
async function nearLimit(): Promise<void> {
  await call('POST', 'api/v1/plans', { name: 'small', terms: { quotas: [{ bytes: 100 * GIB, direction: 'both' }] } });
  await call('POST', 'api/v1/users', { name: 'ann', userToken: 'ann' });
  await call('PUT', 'api/v1/users/ann/entitlement', { plan: 'small' });
  const usage = { server: 'vpn.example.com', port: 443, protocol: 'vless', bytes_uploaded: 80 * GIB };
  await call('POST', 'api/xpert/traffic-webhook', { user_token: 'ann', ...usage, bytes_downloaded: 5 * GIB });
}

const picture = async (name: string) => {
  const to = process.env.PICTURES;
  if (to !== undefined) await page.screenshot({ path: `${to}/${name}.png`, fullPage: true });
};

describe('alerts in the panel', () => {
  test('read in Persian on a phone, nothing wider than the window', async () => {
    const phone = await openPage(browser, { viewport: PHONE, locale: 'fa-IR', colorScheme: 'dark' });
    await enter(phone.page);
    await phone.page.goto(`${server.url}/#/alerts/`);
    // Users are looked at once a minute.
    await phone.page.locator('.alerts li').first().waitFor({ timeout: 120_000 });
    expect(await overflowOf(phone.page)).toEqual([]);
    expect(await axeViolations(phone.page)).toEqual([]);
    if (process.env.PICTURES)
      await phone.page.screenshot({ path: `${process.env.PICTURES}/alerts-fa.png`, fullPage: true });
    expect(phone.complaints).toEqual([]);
    await phone.close();
  }, 180_000);

  test('are acknowledged and muted, and each of it is taken back', async () => {
    await page.goto(`${server.url}/#/alerts/`);
    const row = page.locator('.alerts li', { hasText: 'ann' });
    await row.getByRole('button', { name: 'Acknowledge' }).click();
    await row.getByRole('button', { name: 'Take back' }).waitFor();
    const more = row.getByRole('button', { name: 'Mute', exact: true });
    await more.click();
    await page.getByRole('menuitem', { name: 'Mute for a week' }).click();
    await row.getByText('Muted').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await more.click();
    await page.getByRole('menuitem', { name: 'Tell of it again' }).click();
    await row.getByText('Muted').waitFor({ state: 'detached' });
    await row.getByRole('button', { name: 'Take back' }).click();
    await row.getByRole('button', { name: 'Acknowledge' }).waitFor();
  });

  test('go to channels: one is tried, one is added, what is wrong is said beside its field', async () => {
    const signingSecret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
    const options = { url: `http://127.0.0.1:${await web.start()}/`, signingSecret, privateAddress: true };
    await call('POST', 'api/v1/channels', { name: 'hook', kind: 'webhook', options });
    await page.goto(`${server.url}/#/settings/`);
    const row = page.locator('.settings-list li', { hasText: 'hook' });
    await row.getByRole('button', { name: 'Test' }).click();
    await page.getByText('The test message arrived.').waitFor();
    expect(web.requests).toHaveLength(1);
    await page.getByRole('button', { name: 'Add a channel' }).click();
    await page.getByLabel('Name of the channel').fill('night shift');
    await page.getByLabel("Bot's token").fill('nonsense');
    await picture('channel-form');
    expect(await axeViolations(page, { floating: true })).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('It is missing or not in the right form.').waitFor();
    await page.getByLabel("Bot's token").fill('12345:AAAAAAAAAAAAAAAAAAAAAAAA');
    await page.getByLabel('Chat').fill('-100200');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.settings-list li', { hasText: 'night shift' }).waitFor();
    await picture('settings');
  });
});

describe('the public summary', () => {
  test('shows states to anybody beside the login, and nothing of users', async () => {
    await call('POST', 'api/v1/nodes', {
      ...{ name: 'de-1', kind: 'wireguard', options: { transport: 'file', path: `${folder.path}/missing.txt` } },
    });
    const visitor = await openPage(browser, { viewport: PHONE });
    await visitor.page.goto(`${server.url}/#/login`);
    const summary = visitor.page.getByRole('region', { name: 'Servers now' });
    await summary.getByText('de-1').waitFor({ timeout: 30_000 });
    expect(await summary.textContent()).not.toContain('ann');
    expect(await axeViolations(visitor.page)).toEqual([]);
    expect(await overflowOf(visitor.page)).toEqual([]);
    if (process.env.PICTURES) await visitor.page.screenshot({ path: `${process.env.PICTURES}/summary.png` });
    await visitor.close();
  });
});
