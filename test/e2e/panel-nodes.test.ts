import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeViolations, launchBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { FakeMarzban } from '../support/fake-marzban.ts';
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
});
