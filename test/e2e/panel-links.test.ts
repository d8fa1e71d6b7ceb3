import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  axeViolations,
  launchBrowser,
  openPage,
  overflowOf,
  PHONE,
  untilLoaded,
  type WatchedPage,
} from '../support/browser.ts';
import { login, startServer, type TestServer, temporaryFolder } from '../support/server.ts';
import { asOwner } from '../support/small-fleet.ts';

const folder = temporaryFolder('panel-links');
const UUID = 'b831381d-6324-4d53-ad4f-8cda48b30811';
const CONFIG = `vless://${UUID}@de-1.example.com:443?type=ws&security=tls#Berlin`;
/** Nothing of it is ever fetched: addresses of others are public ones. */
const FOREIGN = 'http://127.0.0.1:9/sub/a-token-of-the-provider#Provider';

let server: TestServer;
let browser: Browser;
let cookie: string;

beforeAll(async () => {
  server = await startServer({ dataDir: folder.path });
  cookie = await login(server);
  browser = await launchBrowser();
  await asOwner(server, cookie, 'POST', 'api/v1/users', { name: 'ann' });
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  folder.remove();
});

interface Given {
  readonly name: string;
  readonly userName: string | null;
  readonly server: string;
}
const given = async () => (await asOwner<{ items: Given[] }>(server, cookie, 'GET', 'api/v1/links')).items;

async function openAs(path: string, { phone = false, language = 'en', session = cookie } = {}): Promise<WatchedPage> {
  const watched = await openPage(browser, phone ? { viewport: PHONE, hasTouch: true } : {});
  const { page } = watched;
  page.setDefaultTimeout(15_000);
  const [name = '', value = ''] = session.split('=');
  await page.context().addCookies([{ name, value, url: server.url }]);
  await page.addInitScript({ content: `localStorage.setItem('xpert.language', '${language}');` });
  await page.goto(`${server.url}/#${path}`);
  return watched;
}

describe('links that are given out', () => {
  test('are looked at, given out, changed and taken back, by keyboard', async () => {
    const { page, complaints, close } = await openAs('/');
    await page.getByRole('navigation').getByRole('link', { name: 'Links' }).press('Enter');
    await page.getByText('No links are given out').waitFor();
    await page.getByRole('button', { name: 'Give out a link' }).first().press('Enter');
    const form = page.getByRole('dialog', { name: 'Give out a link' });
    await form.getByLabel('Links, one a line').fill(`${CONFIG}\n${FOREIGN}`);
    await form.getByRole('button', { name: 'Look what is behind it' }).press('Enter');
    await form.getByText('de-1.example.com:443').waitFor();
    await form.getByText('leads to an address that is not of the internet').waitFor();
    expect(await axeViolations(page, { floating: true })).toEqual([]);
    await form.getByRole('button', { name: 'Give out all the same' }).press('Enter');
    await page.locator('.toast', { hasText: '2 links are given out.' }).waitFor();
    expect((await given()).map(({ name, userName }) => [name, userName])).toEqual([
      ['Berlin', null],
      ['Provider', null],
    ]);
    // Nobody has asked it yet, and then somebody does.
    const provider = page.locator('tbody tr', { hasText: 'Provider' });
    const state = provider.getByRole('cell').nth(3);
    await state.getByText('Not asked yet').waitFor();
    await provider.getByRole('button', { name: 'Actions for Provider' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Fetch now' }).press('Enter');
    await state.getByText('leads to an address that is not of the internet').waitFor();
    await state.getByText('Nothing yet').waitFor();
    const berlin = page.locator('tbody tr', { hasText: 'de-1.example.com' }).first();
    await berlin.getByRole('button', { name: 'Actions for Berlin' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Change…' }).press('Enter');
    const change = page.getByRole('dialog', { name: 'Change Berlin' });
    await change.getByLabel('Name, optional').fill('Hamburg');
    await change.getByRole('button', { name: 'One user' }).press('Enter');
    await change.getByLabel('User').fill('nobody');
    await change.getByRole('button', { name: 'Save' }).press('Enter');
    await change.getByText('There is no user').waitFor();
    await change.getByLabel('User').fill('ann');
    await change.getByRole('button', { name: 'Save' }).press('Enter');
    await berlin.getByText('Hamburg').waitFor();
    expect((await given())[0]).toMatchObject({ name: 'Hamburg', userName: 'ann', server: 'de-1.example.com' });
    await page.getByRole('button', { name: 'For single users' }).press('Enter');
    await expect.poll(() => page.locator('.links tbody tr').count()).toBe(1);
    await page.getByRole('searchbox').fill('nothing of the kind');
    await page.getByText('No link matches').waitFor();
    await page.getByRole('button', { name: 'All links' }).press('Enter');
    await page.getByRole('searchbox').fill('provider');
    await provider.getByRole('button', { name: 'Actions for Provider' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Give out no more…' }).press('Enter');
    await page.getByText('Everybody loses it.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Give Provider out no more' }).press('Enter');
    await page.locator('.toast', { hasText: 'Provider is given out no more.' }).waitFor();
    expect((await given()).map(({ name }) => name)).toEqual(['Hamburg']);
    expect(await page.content()).not.toMatch(/a-token-of-the-provider|b831381d/);
    // The browser says of itself that the server refused a user nobody has.
    expect(complaints.filter((line) => !/404/.test(line))).toEqual([]);
    await close();
  });

  test('come together for a user, format by format, on a phone and from right to left', async () => {
    const { page, complaints, close } = await openAs('/users/', { phone: true, language: 'fa' });
    const kcp = `vless://${UUID}@de-2.example.com:443?type=kcp#KCP`;
    for (const link of [`${CONFIG}-2`, kcp]) await asOwner(server, cookie, 'POST', 'api/v1/links', { link });
    await page.getByRole('link', { name: 'ann', exact: true }).click();
    await page.getByRole('link', { name: 'چه در آن است، قالب به قالب' }).click();
    const card = page.getByRole('region', { name: 'آنچه یک کاربر می‌گیرد' });
    await card.getByText('Berlin-2').waitFor();
    // Whoever follows another address sees whose entries they are.
    await asOwner(server, cookie, 'POST', 'api/v1/users', { name: 'otto' });
    await page.goto(`${server.url}/#/links/?user=otto`);
    await expect.poll(() => card.getByRole('combobox').inputValue()).toBe('otto');
    await page.goBack();
    const clash = card.locator('tr', { hasText: 'Clash، mihomo' }).first();
    expect(await clash.textContent()).toMatch(/۲ بدون ۱|۱ بدون ۱/);
    await untilLoaded(page);
    expect([...(await overflowOf(page)), ...(await axeViolations(page))]).toEqual([]);
    await asOwner(server, cookie, 'PATCH', 'api/v1/users/ann', { active: false });
    await page.reload();
    await card.getByText('دسترسی قطع است.').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('of a reseller are shown to the owner as what they are: for the users of a reseller', async () => {
    const password = 'a-password-for-tests-only';
    await asOwner(server, cookie, 'POST', 'api/v1/admins', { name: 'rita', role: 'reseller', password });
    const session = await login(server, { name: 'rita', password });
    await asOwner(server, session, 'POST', 'api/v1/links', { link: `${CONFIG}-of-rita` });
    for (const [seen, words] of [
      [cookie, 'Users of a reseller'],
      [session, 'Everybody'],
    ] as const) {
      const { page, complaints, close } = await openAs('/links/', { session: seen });
      const row = page.locator('.links tbody tr', { hasText: 'Berlin-of-rita' });
      await row.getByRole('cell').nth(1).getByText(words).waitFor();
      expect(complaints).toEqual([]);
      await close();
    }
  });

  test('are found by the palette, and are nothing for viewers', async () => {
    const { page, close } = await openAs('/');
    await page.getByRole('navigation').waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('give out');
    await page.getByRole('option', { name: 'Give out a link' }).click();
    await page.getByRole('dialog', { name: 'Give out a link' }).waitFor();
    await close();
    const password = 'a-password-for-tests-only';
    await asOwner(server, cookie, 'POST', 'api/v1/admins', { name: 'vera', role: 'viewer', password });
    const session = await login(server, { name: 'vera', password });
    const viewer = await openAs('/links/', { session });
    await viewer.page.getByText('You may look at usage').waitFor();
    expect(await viewer.page.getByRole('navigation').getByRole('link', { name: 'Links' }).count()).toBe(0);
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });
});
