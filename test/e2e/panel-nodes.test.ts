import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeViolations, launchBrowser, openPage, overflowOf, type WatchedPage } from '../support/browser.ts';
import { FakeMarzban } from '../support/fake-marzban.ts';
import { FakeWeb } from '../support/fake-web.ts';
import { login, startServer, type TestServer, temporaryFolder } from '../support/server.ts';

describe('another panel, added in the panel', () => {
  const folder = temporaryFolder('panel-nodes');
  const panel = new FakeMarzban();
  let server: TestServer;
  let browser: Browser;
  let watched: WatchedPage;
  let url = '';

  beforeAll(async () => {
    url = `http://127.0.0.1:${await panel.start()}`;
    panel.users = [{ username: 'alice', lifetime: 3n * 1024n ** 2n, createdAt: '2024-05-01T12:34:56', onlineAt: null }];
    server = await startServer({ dataDir: folder.path });
    browser = await launchBrowser();
    watched = await openPage(browser);
    const [name = '', value = ''] = (await login(server)).split('=');
    await watched.page.context().addCookies([{ name, value, url: server.url }]);
    watched.page.setDefaultTimeout(10_000);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await panel.web.close();
    folder.remove();
  });

  const field = (label: string) => watched.page.getByLabel(label, { exact: true });
  const press = (name: string) => watched.page.getByRole('button', { name, exact: true }).click();

  test('it is tested, with what is in the way beside its field, and added', async () => {
    const { page } = watched;
    await page.goto(`${server.url}/#/nodes/add?way=panel`);
    await field('Name').fill('shop');
    await field('Address').fill('panel.example.com');
    await field('User name').fill(panel.username);
    await field('Password').fill('wrong');
    expect(await field('Password').getAttribute('type')).toBe('password');
    await press('Test the connection');
    await page.getByText('It is not in the right form.').first().waitFor();
    await field('Address').fill(url);
    await press('Test the connection');
    await page
      .getByText(/not of the internet/)
      .first()
      .waitFor();
    await page.getByRole('switch', { name: 'Private address' }).click();
    await press('Test the connection');
    await page
      .getByText(/does not accept the user name and password/)
      .first()
      .waitFor();
    await field('Password').fill(panel.password);
    await page.getByText(/^More: groups/).click();
    await field('Groups').fill('eu fast');
    await press('Test the connection');
    await page.getByText('0.8.4', { exact: true }).waitFor();
    await page.getByText(/multiplies what node "de-1" carries by 1.5/).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await press('Add and start counting');
    await page.getByText(/3\.00.MiB before Xpert/).waitFor();
  });

  test('its password is not shown again, and stays when something else changes', async () => {
    const { page } = watched;
    await page.getByRole('link', { name: 'Open the node' }).click();
    await page.getByText(`Read from ${url}/ every 30 s`).waitFor();
    await page.locator('.nhead').getByText('fast', { exact: true }).waitFor();
    await watched.page.locator('.uact').getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await page.getByText(/Stored\. Leave empty to keep it/).waitFor();
    expect(await field('Password').inputValue()).toBe('');
    await field('Description').fill('the shop');
    await press('Save');
    await page.getByText('Saved.').waitFor();
    panel.users = panel.users.map((user) => ({ ...user, lifetime: user.lifetime + 2n * 1024n ** 2n }));
    await press('Read now');
    await page.getByText(/Read in \d+ ms/).waitFor();
    await expect.poll(() => page.locator('main').textContent()).toMatch(/2\.00\s*MiB/);
    expect(await page.content()).not.toContain(panel.password);
    expect(readFileSync(join(folder.path, 'traffic_stats.db')).includes(panel.password)).toBe(false);
  });

  test('an MTProto proxy: what was found is shown before anything is saved', async () => {
    const { page } = watched;
    const metrics = readFileSync(
      join(import.meta.dirname, '../../src/integrations/mtproto/fixtures/telemt-3.3.15.metrics.txt'),
      'utf8',
    );
    const proxy = new FakeWeb(() => ({ status: 200, body: metrics }));
    const port = await proxy.start();
    await page.goto(`${server.url}/#/nodes/add?way=program`);
    await field('Name').fill('telegram');
    await page.getByRole('button', { name: /^Program/ }).click();
    await page.getByRole('menuitemradio', { name: 'MTProto' }).click();
    await field('Address').fill(`http://127.0.0.1:${port}`);
    await field('Port of its clients, optional').fill('443');
    await press('Test the connection');
    await page
      .getByText(/not of the internet/)
      .first()
      .waitFor();
    await page.getByRole('switch', { name: 'Private address' }).click();
    await press('Test the connection');
    await page.getByText(/devices? · :443/).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    expect(await overflowOf(page)).toEqual([]);
    await press('Add and start counting');
    await page.getByText('telegram is added').waitFor();
    await proxy.close();
  });

  test('a node with an agent: the lines for the node are shown when asked for', async () => {
    const { page } = watched;
    await press('Add another');
    await page.getByRole('button', { name: 'Something else', exact: true }).click();
    await field('Name').fill('far');
    await press('Add and start counting');
    await page.getByText('far is added').waitFor();
    await press('Show the lines');
    await page
      .getByText(/xpert-agent\.mjs/)
      .first()
      .waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });
});
