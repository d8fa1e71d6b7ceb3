import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axeViolations, launchBrowser, openPage, overflowOf, PHONE } from '../support/browser.ts';
import { OWNER, startServer, type TestServer, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder('panel-two-factor');

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  server = await startServer({ dataDir: folder.path });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  folder.remove();
});

const faultsOf = async (page: Page) => [
  ...(await overflowOf(page)),
  ...(await axeViolations(page, { floating: true })),
];

async function typePassword(page: Page): Promise<void> {
  await page.goto(`${server.url}/#/login`);
  await page.getByLabel('Name', { exact: true }).fill(OWNER.name);
  await page.getByLabel('Password', { exact: true }).fill(OWNER.password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

test('a second factor is switched on, asked for when logging in, replaced by a recovery code, and switched off', async () => {
  const first = await openPage(browser, { viewport: PHONE });
  await typePassword(first.page);
  await first.page.getByRole('heading', { name: 'Overview' }).waitFor();
  await first.page.goto(`${server.url}/#/settings/`);
  await first.page.getByRole('button', { name: 'Switch on', exact: true }).click();
  const dialog = first.page.getByRole('dialog');
  const secret = (await dialog.locator('pre').first().textContent())?.trim() ?? '';
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(await faultsOf(first.page)).toEqual([]);
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  await dialog.getByRole('textbox', { name: 'Code', exact: true }).fill(totp.generate());
  await dialog.getByLabel('Current password').fill(OWNER.password);
  await dialog.getByRole('button', { name: 'Switch on' }).click();
  await dialog.getByText('Keep these where your phone is not.').waitFor();
  const codes = ((await dialog.locator('pre').first().textContent()) ?? '').trim().split(/\s+/);
  expect(codes).toHaveLength(10);
  expect(await faultsOf(first.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'I have kept them' }).click();
  await first.page.getByText('10 left, each opens the account once').waitFor();
  expect(first.complaints).toEqual([]);
  await first.close();

  const second = await openPage(browser);
  await typePassword(second.page);
  const code = second.page.getByRole('textbox', { name: 'Code', exact: true });
  await code.fill('000000');
  await second.page.getByRole('button', { name: 'Log in' }).click();
  await second.page.getByRole('alert').waitFor();
  expect(await axeViolations(second.page)).toEqual([]);
  // It may have been used up a moment ago by switching it on; a recovery code is always good once.
  await code.fill(codes[0] ?? '');
  await second.page.getByRole('button', { name: 'Log in' }).click();
  await second.page.getByRole('heading', { name: 'Overview' }).waitFor();
  await second.page.goto(`${server.url}/#/settings/`);
  await second.page.getByText('9 left, each opens the account once').waitFor();
  await second.page.getByRole('button', { name: 'New codes', exact: true }).click();
  const renewing = second.page.getByRole('dialog', { name: 'New recovery codes' });
  await renewing.getByLabel('Current password').fill(OWNER.password);
  await renewing.getByRole('textbox', { name: 'Code', exact: true }).fill(codes[1] ?? '');
  await renewing.getByRole('button', { name: 'New codes' }).click();
  await renewing.getByText('Keep these where your phone is not.').waitFor();
  const renewed = ((await renewing.locator('pre').first().textContent()) ?? '').trim().split(/\s+/);
  expect(renewed.filter((one) => codes.includes(one))).toEqual([]);
  await renewing.getByRole('button', { name: 'I have kept them' }).click();
  await second.page.getByText('10 left, each opens the account once').waitFor();
  await second.page.getByRole('button', { name: 'Switch off', exact: true }).click();
  const confirming = second.page.getByRole('dialog');
  await confirming.getByLabel('Current password').fill(OWNER.password);
  await confirming.getByRole('textbox', { name: 'Code', exact: true }).fill(renewed[0] ?? '');
  expect(await axeViolations(second.page, { floating: true })).toEqual([]);
  await confirming.getByRole('button', { name: 'Switch off' }).click();
  await second.page.getByRole('button', { name: 'Switch on', exact: true }).waitFor();
  await second.close();
});
