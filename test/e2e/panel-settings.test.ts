import { statSync } from 'node:fs';
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeViolations } from '../support/browser.ts';
import { login, OWNER } from '../support/server.ts';
import { asOwner } from '../support/small-fleet.ts';
import { card, pick, TestPanel, toast } from '../support/test-panel.ts';

let panel: TestPanel;

beforeAll(async () => {
  // Not fixed by the environment, so that it can be set here.
  panel = await TestPanel.start('panel-settings', { XPERT_TIME_ZONE: '' });
});

afterAll(() => panel?.stop());

const settings = () => panel.ask<Record<string, unknown>>('GET', 'settings');
/** The line of a card's list, or the row of its table, with this name in it. */
const lineOf = (page: Page, title: string, name: string) =>
  card(page, title)
    .locator('li, tbody tr')
    .filter({ has: page.getByText(name, { exact: true }) });

async function statusOfLogin(name: string, password: string): Promise<number> {
  const answer = await fetch(`${panel.server.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
  });
  return answer.status;
}

async function statusWith(authorization: object, path: string): Promise<number> {
  return (await fetch(`${panel.server.url}/${path}`, { headers: { ...authorization } })).status;
}

describe('counting and keeping', () => {
  test('how long records are kept, where days begin and how cycles run is set', async () => {
    const { page, complaints, close } = await panel.open('/settings/');
    const kept = lineOf(page, 'Counting and keeping', '15-minute records');
    await kept.getByRole('textbox').fill('30');
    await kept.getByRole('button', { name: 'Save' }).click();
    await expect.poll(async () => (await settings()).retentionDays).toBe(30);
    const zone = lineOf(page, 'Counting and keeping', 'Time zone');
    await zone.getByRole('combobox').fill('Asia/Tehran');
    await zone.getByRole('button', { name: 'Save' }).click();
    await zone.getByText(/^From .* on: Asia\/Tehran/).waitFor();
    await card(page, 'Counting and keeping')
      .getByRole('button', { name: /^Billing cycle/ })
      .click();
    const other = page.locator('[role=menuitemradio][aria-checked=false]').first();
    const name = (await other.textContent()) ?? '';
    await other.click();
    await expect.poll(async () => (await settings()).billingCycle).not.toBe('month:1');
    await lineOf(page, 'Counting and keeping', 'Billing cycle').getByText(name).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('servers are trusted whose unsigned reports limit, too', async () => {
    const { page, complaints, close } = await panel.open('/settings/');
    const line = lineOf(page, 'Counting and keeping', 'Trusted servers');
    await line.getByText('none', { exact: true }).waitFor();
    const change = async (lines: string) => {
      await line.getByRole('button', { name: 'Change…' }).click();
      const form = page.getByRole('dialog', { name: 'Trusted servers' });
      await form.getByRole('textbox', { name: 'Servers, one a line' }).fill(lines);
      expect(await axeViolations(page)).toEqual([]);
      await form.getByRole('button', { name: 'Save' }).click();
    };
    const trusted = async () => (await panel.ask<{ servers: string[] }>('GET', 'settings/trusted-servers')).servers;
    await change(' de-1.example.net\n\nfi-2.example.net \nde-1.example.net');
    await line.getByText('de-1.example.net, fi-2.example.net').waitFor();
    expect(await trusted()).toEqual(['de-1.example.net', 'fi-2.example.net']);
    await change('');
    await line.getByText('none', { exact: true }).waitFor();
    expect(await trusted()).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });

  test('a backup is written and taken away, and written by itself from then on', async () => {
    const { page, complaints, close } = await panel.open('/settings/');
    const backups = card(page, 'Backup');
    await backups.getByRole('button', { name: 'Back up now' }).click();
    await backups.getByText('by hand').waitFor({ timeout: 30_000 });
    const arrives = page.waitForEvent('download');
    await backups.getByRole('link').first().click();
    expect(statSync(await (await arrives).path()).size).toBeGreaterThan(10_000);
    await backups.getByLabel(/^By itself every/).fill('12');
    await backups.getByLabel(/^Keep/).fill('3');
    await backups.getByRole('button', { name: 'Save' }).click();
    await toast(page, 'Schedule saved.').waitFor();
    expect(await settings()).toMatchObject({ backup: { everyHours: 12, keep: 3 } });
    expect(complaints).toEqual([]);
    await close();
  });

  test('Xpert looks at itself again', async () => {
    const { page, close } = await panel.open('/settings/');
    const again = page.getByRole('button', { name: 'Look again' });
    await page.getByText(/checks? (is|are) fine/).waitFor();
    const asked = page.waitForResponse('**/api/v1/doctor');
    await again.click();
    expect((await asked).status()).toBe(200);
    await close();
  });
});

test('an admin is added, changes the password, and is locked out and let in', async () => {
  const { page, complaints, close } = await panel.open('/settings/');
  await page.getByRole('button', { name: 'Add an admin' }).click();
  const form = page.getByRole('dialog', { name: 'Add an admin' });
  await form.getByLabel('Name', { exact: true }).fill('mia');
  await pick(page, form.getByRole('button', { name: /^Role/ }), 'Viewer');
  await form.getByLabel('New password').fill('the-first-password-of-mia');
  await form.getByRole('button', { name: 'Add an admin' }).click();
  await toast(page, 'mia can log in.').waitFor();

  const theirs = await panel.open('/login', { cookie: 'none=none' });
  await theirs.page.getByLabel('Name').fill('mia');
  await theirs.page.getByLabel('Password').fill('the-first-password-of-mia');
  await theirs.page.getByRole('button', { name: 'Log in' }).click();
  await theirs.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  await theirs.page.goto(`${panel.server.url}/#/settings/`);
  const password = card(theirs.page, 'Your password');
  await password.getByLabel('Current password').fill('the-first-password-of-mia');
  await password.getByLabel('New password').fill('another-password-of-mia');
  await password.getByRole('button', { name: 'Change password' }).click();
  await toast(theirs.page, 'Password changed.').waitFor();
  expect(await statusOfLogin('mia', 'the-first-password-of-mia')).toBe(401);
  expect(await statusOfLogin('mia', 'another-password-of-mia')).toBe(200);
  expect(theirs.complaints).toEqual([]);
  await theirs.close();

  const row = lineOf(page, 'Admins', 'mia');
  await row.getByRole('button', { name: 'Disable' }).click();
  await row.getByText('Locked out').waitFor();
  expect(await statusOfLogin('mia', 'another-password-of-mia')).toBe(401);
  await row.getByRole('button', { name: 'Enable' }).click();
  await row.getByText('Can log in').waitFor();
  expect(await statusOfLogin('mia', 'another-password-of-mia')).toBe(200);
  expect(complaints).toEqual([]);
  await close();
});

test('an admin who has lost password and device is helped by the owner', async () => {
  const forgotten = 'a-password-that-noa-forgot';
  await panel.ask('POST', 'admins', { name: 'noa', role: 'viewer', password: forgotten });
  const cookie = await login(panel.server, { name: 'noa', password: forgotten });
  const secret = new Secret();
  const request = { password: forgotten, secret: secret.base32, code: new TOTP({ secret }).generate() };
  await asOwner(panel.server, cookie, 'PUT', 'api/v1/session/two-factor', request);
  const { page, complaints, close } = await panel.open('/settings/');
  const row = lineOf(page, 'Admins', 'noa');
  await row.getByText('second factor').waitFor();
  await pick(page, row.getByRole('button', { name: 'Help noa to log in' }), 'New password…');
  const form = page.getByRole('dialog', { name: 'A new password for noa' });
  await form.getByLabel('New password').fill('another-password-of-noa');
  expect(await axeViolations(page)).toEqual([]);
  await form.getByRole('button', { name: 'Save' }).click();
  await toast(page, 'noa logs in with the new password.').waitFor();
  // The second factor is still asked for.
  expect(await statusOfLogin('noa', 'another-password-of-noa')).toBe(401);
  await pick(page, row.getByRole('button', { name: 'Help noa to log in' }), 'Switch the second factor off…');
  await page.getByRole('button', { name: 'Switch it off' }).click();
  await row.getByText('second factor').waitFor({ state: 'detached' });
  expect(await statusOfLogin('noa', 'another-password-of-noa')).toBe(200);
  expect(await statusOfLogin('noa', forgotten)).toBe(401);
  expect(complaints).toEqual([]);
  await close();
});

test('a token is made, shown once, used and revoked', async () => {
  const { page, complaints, close } = await panel.open('/settings/');
  await page.getByRole('button', { name: 'Make a token' }).click();
  const form = page.getByRole('dialog', { name: 'Make a token' });
  await form.getByLabel('Name', { exact: true }).fill('prometheus');
  await form.getByLabel(/^read/).uncheck();
  await form.getByLabel(/^metrics/).check();
  await form.getByLabel(/^ingest/).check();
  await form.getByLabel(/^Also sign reports/).check();
  await form.getByRole('button', { name: 'Make a token' }).click();
  await form.getByText('This is shown once.', { exact: false }).waitFor();
  const [token = '', secret = ''] = await form.locator('pre').allTextContents();
  expect(secret).toMatch(/^whsec_/);
  await form.getByRole('button', { name: 'I have copied it' }).click();
  const authorization = { authorization: `Bearer ${token}` };
  expect(await statusWith(authorization, 'metrics')).toBe(200);
  expect(await statusWith(authorization, 'api/v1/users')).toBe(403);
  await lineOf(page, 'API tokens', 'prometheus').getByRole('button', { name: 'Revoke' }).click();
  await toast(page, 'The token is revoked.').waitFor();
  expect(await statusWith(authorization, 'metrics')).toBe(401);
  expect(complaints).toEqual([]);
  await close();
});

test('a channel is changed, switched off and removed', async () => {
  const signingSecret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
  const options = { url: 'http://127.0.0.1:9/', signingSecret, privateAddress: true };
  await panel.ask('POST', 'channels', { name: 'hook', kind: 'webhook', options });
  const channels = async () => (await panel.ask<{ items: object[] }>('GET', 'channels')).items;
  const { page, complaints, close } = await panel.open('/settings/');
  const row = lineOf(page, 'Channels for alerts', 'hook');
  await row.getByRole('button', { name: 'Edit' }).click();
  const form = page.getByRole('dialog', { name: 'hook' });
  await form.getByRole('button', { name: /^Told/ }).click();
  await page.getByRole('menuitemradio', { name: 'errors only' }).click();
  const told = form.getByText('Another address gets another secret.');
  await form.getByLabel('Address').fill('http://127.0.0.1:9/other');
  await told.waitFor();
  // The same address, and an empty field, which leaves it.
  for (const same of [' http://127.0.0.1:9/ ', '']) {
    await form.getByLabel('Address').fill(same);
    await told.waitFor({ state: 'detached' });
  }
  await form.getByLabel('Address').fill('http://127.0.0.1:9/other');
  await form.getByRole('button', { name: 'Save' }).click();
  // Who gets the address must not get the secret of the one before.
  const secret = (await form.locator('pre').first().textContent()) ?? '';
  expect(secret).toMatch(/^whsec_/);
  expect(secret).not.toBe(signingSecret);
  await form.getByRole('button', { name: 'I have copied it' }).click();
  await row.getByText('errors only').waitFor();
  expect(await channels()).toMatchObject([{ options: { url: 'http://127.0.0.1:9/other' } }]);
  await row.getByRole('switch', { name: 'Told through hook' }).click();
  await expect.poll(channels).toMatchObject([{ enabled: false }]);
  await row.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('Nobody is told').waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test('a plan that nobody has is deleted', async () => {
  await panel.ask('POST', 'plans', { name: 'Old', terms: { cycle: 'month:1', quotas: [{ bytes: 7 * 1024 ** 3 }] } });
  const { page, complaints, close } = await panel.open('/settings/');
  await page.getByRole('button', { name: 'Delete the plan Old' }).click();
  await page.getByText('No plans').waitFor();
  expect(await panel.ask('GET', 'plans')).toMatchObject({ items: [] });
  expect(complaints).toEqual([]);
  await close();
});

test('who is logged in elsewhere is logged out there', async () => {
  const elsewhere = { cookie: await login(panel.server) };
  expect(await statusWith(elsewhere, 'api/v1/users')).toBe(200);
  const { page, complaints, close } = await panel.open('/settings/');
  await page.getByRole('button', { name: 'Log out everywhere else' }).click();
  await page.getByText('You are logged in only here').waitFor();
  expect(await statusWith(elsewhere, 'api/v1/users')).toBe(401);
  expect(await statusOfLogin(OWNER.name, OWNER.password)).toBe(200);
  expect(complaints).toEqual([]);
  await close();
});
