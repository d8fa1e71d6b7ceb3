import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { writeNodeFile } from '../support/node-file.ts';
import { startServer, type TestServer, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder('panel');
const nodeFile = join(folder.path, 'wg.txt');
const PASSWORD = 'a-password-for-tests-only';
const MIB = 1024 ** 2;
/** Two seconds where the machine has nothing else to do. Nothing but an event brings what it is about. */
const LIVE_WITHIN_MS = 10_000;

let server: TestServer;
let browser: Browser;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  server = await startServer({
    dataDir: folder.path,
    env: { XPERT_ADMIN_USERNAME: '', XPERT_ADMIN_PASSWORD: '' },
  });
  browser = await launchBrowser();
  watched = await openPage(browser);
  page = watched.page;
  page.setDefaultTimeout(10_000);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  folder.remove();
});

async function report(bytesUploaded: number, bytesDownloaded: number): Promise<number> {
  const answer = await fetch(`${server.url}/api/xpert/traffic-webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      user_token: 'test_user',
      server: 'vpn.example.com',
      port: 443,
      protocol: 'vless',
      bytes_uploaded: bytesUploaded,
      bytes_downloaded: bytesDownloaded,
    }),
  });
  return answer.status;
}

const goTo = (path: string) => page.goto(`${server.url}/#${path}`);
/** The newest message with these words. */
const toast = (text: string) => page.locator('.toast', { hasText: text }).last();
const card = (title: string) =>
  page.locator('section.card', { has: page.getByRole('heading', { name: title, exact: true }) });
/** The big number with this label on the Traffic Manager. */
const figure = (label: string) =>
  page.locator('.kpi', { has: page.locator('.l', { hasText: new RegExp(`^${label}\\s*$`) }) }).locator('.big');

describe('from the one-time link to the first byte', () => {
  test('the one-time link makes the owner and opens the empty panel', async () => {
    const link = server.output().match(/http\S+\/#\/setup\/\S+/)?.[0];
    expect(link).toBeDefined();
    await page.goto(link ?? '');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Become the owner' }).click();
    await page.getByRole('heading', { name: 'Count your first byte' }).waitFor();
    await page.getByText('Waiting for it…').waitFor();
  });

  test('a report turns the waiting line green by itself', async () => {
    expect(await report(MIB, 2 * MIB)).toBe(200);
    await page.getByText('It arrived').waitFor({ timeout: LIVE_WITHIN_MS });
    await page.getByText('3.00').first().waitFor();
  });

  test('logging out and in again leads back to the page that was asked for', async () => {
    await page.getByRole('button', { name: 'Account of owner' }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await goTo('/traffic/');
    // The form of before would forget what is typed into it.
    await page.waitForURL(/next=/);
    await page.getByLabel('Name').fill('owner');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('The name or the password is wrong.').waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Traffic Manager' }).waitFor();
    watched.complaints.length = 0;
  });
});

describe('the Traffic Manager', () => {
  test('shows the statistics, and an open row its server, badge and directions', async () => {
    await goTo('/traffic/');
    await expect.poll(() => figure('Traffic').textContent()).toContain('3.00');
    await expect.poll(() => figure('Users').textContent()).toBe('1');
    await page.getByRole('button', { name: 'Open test_user' }).click();
    const row = page.locator('tr.det', { hasText: 'vpn.example.com:443' });
    await row.waitFor();
    await expect.poll(() => row.textContent()).toMatch(/VLESS[\s\S]*2\.00[\s\S]*1\.00/);
  });

  test('shows a further report without a reload', async () => {
    expect(await report(0, MIB)).toBe(200);
    await expect.poll(() => figure('Traffic').textContent(), { timeout: LIVE_WITHIN_MS }).toContain('4.00');
  });

  test('filters by search, and says so when nobody matches', async () => {
    await page.getByLabel('User or token').fill('nobody-has-this-name');
    await page.getByText('Nobody matches').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByRole('button', { name: 'test_user' }).waitFor();
  });

  test('filters by protocol', async () => {
    await card('Users')
      .getByRole('button', { name: /^Protocol/ })
      .click();
    await page.getByRole('menuitemradio', { name: 'VLESS' }).click();
    await page.getByRole('button', { name: 'test_user' }).waitFor();
  });

  test('Reset All shows exactly nothing, and undo what was there', async () => {
    await page.getByRole('button', { name: 'Reset All' }).click();
    await page.getByRole('button', { name: 'Reset everyone' }).click();
    await expect.poll(() => figure('Traffic').textContent()).toMatch(/^0\s*B$/);
    await toast('Everyone starts from zero.').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => figure('Traffic').textContent()).toContain('4.00');
  });

  test('Cleanup shows in numbers what would go, and wants a typed word', async () => {
    await page.getByRole('button', { name: 'Cleanup…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cleanup' });
    await dialog.getByText('Records that go').waitFor();
    await dialog.getByText('Space set free').waitFor();
    await dialog.getByLabel('Type: cleanup').fill('cleanup');
    // Nothing is older than 90 days here, so there is nothing to remove.
    await expect.poll(() => dialog.getByRole('button', { name: /^Remove 0/ }).isDisabled()).toBe(true);
    await dialog.getByRole('textbox').first().fill('0');
    await dialog.getByText('At least one day must stay.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('the tracking switch saves: reports are refused, and counted again when it is on', async () => {
    const toggle = page.getByRole('switch', { name: 'Tracking' });
    await toggle.click();
    await toast('Tracking is off.').waitFor();
    expect(await report(0, MIB)).toBe(503);
    await page.reload();
    await expect.poll(() => toggle.getAttribute('aria-checked')).toBe('false');
    await toggle.click();
    await toast('Tracking is on.').waitFor();
    expect(await report(0, MIB)).toBe(200);
    await expect.poll(() => figure('Traffic').textContent(), { timeout: LIVE_WITHIN_MS }).toContain('5.00');
  });
});

describe('nodes and devices', () => {
  test('a node is tested, added, and says what stood there before', async () => {
    // Files are dated to the second, and one from the second in which tracking came back may be from before that.
    await delay(1_000);
    writeNodeFile(
      nodeFile,
      [
        { name: 'laptop', rx: MIB, tx: 7 * MIB },
        { name: 'phone', rx: 0, tx: MIB },
      ],
      1_000,
    );
    await goTo('/nodes/add?way=file');
    await page.getByLabel('File', { exact: true }).fill(`${nodeFile}.missing`);
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await page.getByText('Not readable yet').waitFor();
    await page
      .getByText(/There is no file/)
      .first()
      .waitFor();
    await page.getByLabel('File', { exact: true }).fill(nodeFile);
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await page.getByText('Readable', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^Read every/ }).click();
    await page.getByRole('menuitemradio', { name: '1 second', exact: true }).click();
    await page.getByRole('button', { name: 'Add and start counting' }).click();
    await page.getByText('Give it a name first.').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('de-1');
    // What was read is still there.
    await page.getByText('Readable', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Add and start counting' }).click();
    await page.getByText(/9\.00.MiB before Xpert; counting since \d\d:\d\d\./).waitFor();
  });

  test('what it carries from now on appears by itself, on the devices', async () => {
    await page.getByRole('link', { name: 'Open the node' }).click();
    await page.getByText(/Answers in/).waitFor();
    writeNodeFile(
      nodeFile,
      [
        { name: 'laptop', rx: 2 * MIB, tx: 11 * MIB },
        { name: 'phone', rx: 0, tx: MIB },
      ],
      3_000,
    );
    const devices = card('Devices');
    await expect.poll(() => devices.textContent(), { timeout: LIVE_WITHIN_MS }).toMatch(/4\.00\s*MiB\s*1\.00\s*MiB/);
  });

  test('a device is given to a new user, with what it used', async () => {
    await goTo('/peers');
    const row = card('Devices').locator('tbody tr', { hasText: '5.00' });
    await row.getByRole('checkbox').check();
    await page.getByPlaceholder('Name of the user').fill('ann');
    await page.getByRole('button', { name: 'Create ann and assign' }).click();
    await toast('1 device assigned.').waitFor();
    await goTo('/users/');
    await expect.poll(() => page.locator('tbody tr', { hasText: 'ann' }).textContent()).toContain('5.00');
  });

  test('every other device gets a user of its own, after a preview', async () => {
    await goTo('/peers');
    const all = card('All at once');
    await all.getByRole('button', { name: 'Preview' }).click();
    await all.getByRole('button', { name: 'Assign 1 device' }).click();
    await toast('1 device assigned.').waitFor();
    await page.getByText('Every device has its user').waitFor();
  });

  test('an unknown token is claimed with its history', async () => {
    const row = page.locator('tbody tr', { hasText: 'test_user' });
    await row.getByRole('button', { name: 'Claim' }).click();
    await page.getByLabel('Name of the user').last().fill('tess');
    await page.getByRole('button', { name: 'Create and claim' }).click();
    await toast('tess has the token.').waitFor();
    await goTo('/traffic/');
    await page.getByRole('link', { name: 'tess' }).first().waitFor();
    await page.getByText('all of it claimed by users').waitFor();
  });

  test('a user is reset and the reset undone on their page', async () => {
    await page.getByRole('link', { name: 'tess' }).first().click();
    const usage = page.locator('.uuse .big');
    await expect.poll(() => usage.textContent()).toContain('5.00');
    await page.getByText(/Of it, 5\.00\sMiB since .* were claimed as history/).waitFor();
    await page.getByRole('button', { name: 'Reset usage' }).click();
    await expect.poll(() => usage.textContent()).toMatch(/^0\s*B$/);
    await toast('tess starts from zero.').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => usage.textContent()).toContain('5.00');
  });

  test('a node that cannot be read any more says what that means and what to do', async () => {
    await goTo('/nodes/');
    await page.getByRole('link', { name: 'de-1' }).click();
    rmSync(nodeFile);
    // Known to be silent after three intervals, at least 15 s.
    await page.getByText(/Nothing is lost while de-1 keeps running/).waitFor({ timeout: 30_000 });
    await page.getByRole('heading', { name: 'Likely causes, likeliest first' }).waitFor();
    await card('Likely causes, likeliest first')
      .getByText(/There is no file/)
      .waitFor();
    await page.getByRole('button', { name: 'Test again' }).waitFor();
    const step = page.getByRole('table', { name: 'Steps of the test' }).getByRole('row', { name: /^Reading/ });
    await expect.poll(() => step.textContent()).toMatch(/There is no file.*\d\s*ms/);
  });

  test('the page complained about nothing', () => {
    expect(watched.complaints.filter((line) => !/503/.test(line))).toEqual([]);
  });
});
