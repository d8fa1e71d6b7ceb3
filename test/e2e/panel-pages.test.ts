import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awayFromEnd } from '../support/away-from-end.ts';
import { axeViolations, launchBrowser, openPage, untilLoaded, type WatchedPage } from '../support/browser.ts';
import { login, OWNER, startServer, type TestServer, temporaryFolder } from '../support/server.ts';
import { asOwner, fillSmallFleet } from '../support/small-fleet.ts';

const folder = temporaryFolder('panel-pages');

let server: TestServer;
let browser: Browser;
let cookie: string;

beforeAll(async () => {
  await awayFromEnd('day', 120_000);
  server = await startServer({ dataDir: folder.path });
  cookie = await login(server);
  browser = await launchBrowser();
  await fillSmallFleet(server, cookie);
  // Two minutes may go by until the next day alone.
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  folder.remove();
});

const post = <T>(path: string, body: unknown) => asOwner<T>(server, cookie, 'POST', path, body);

test('the login, a dialog and an open menu have no accessibility fault', async () => {
  const watched = await openPage(browser);
  const { page } = watched;
  await page.goto(`${server.url}/#/login`);
  await page.getByRole('button', { name: 'Log in' }).waitFor();
  const found = await axeViolations(page);
  await page.context().addCookies([{ name: 'xpert_session', value: cookie.split('=')[1] ?? '', url: server.url }]);
  // Another address first: the same one with another hash would not be loaded anew.
  await page.goto('about:blank');
  await page.goto(`${server.url}/#/traffic/`);
  await page.getByRole('button', { name: 'Cleanup…' }).click();
  await page.getByText('Records that go').waitFor();
  found.push(...(await axeViolations(page)));
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Language' }).press('Enter');
  await page.getByRole('menuitemradio', { name: 'English' }).waitFor();
  found.push(...(await axeViolations(page, { floating: true })));
  expect(found).toEqual([]);
  await watched.close();
});

async function openAs(path: string): Promise<WatchedPage> {
  const watched = await openPage(browser);
  await watched.page
    .context()
    .addCookies([{ name: 'xpert_session', value: cookie.split('=')[1] ?? '', url: server.url }]);
  await watched.page.goto(`${server.url}/#${path}`);
  return watched;
}

/** Runs in the page, so it is text: of each table that scrolls (low ones do), whether a keyboard reached it when it came. */
const WATCH_TABLES = `window.tables = [];
  document.adoptedStyleSheets = [new CSSStyleSheet()];
  document.adoptedStyleSheets[0].replaceSync('.tall { max-block-size: 40px !important }');
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        for (const box of [node, ...(node.querySelectorAll?.('.tw') ?? [])])
          setTimeout(() => box.matches?.('.tall') && box.scrollHeight > box.clientHeight && window.tables.push(box.tabIndex));
  }).observe(document, { subtree: true, childList: true });`;

test('a table that scrolls is reached by keyboard from its first moment on', async () => {
  const { page, close } = await openAs('/traffic/');
  await page.addInitScript({ content: WATCH_TABLES });
  await page.goto('about:blank');
  await page.goto(`${server.url}/#/settings/`);
  await page.locator('.tall tbody tr').nth(1).waitFor();
  expect([...new Set(await page.evaluate<number[]>('window.tables'))]).toEqual([0]);
  await close();
});

describe('finding somebody', () => {
  test('the keyboard alone leads from any page to a user, and to an action', async () => {
    const { page, complaints, close } = await openAs('/nodes/');
    await page.getByRole('heading', { name: 'Nodes', level: 1 }).waitFor();
    await page.keyboard.press('Control+k');
    await page.locator('[role=combobox]:focus').waitFor();
    await page.keyboard.type('ann');
    await page.getByRole('group', { name: 'Users' }).getByRole('option', { name: 'ann' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'ann', level: 1 }).waitFor();
    await page.keyboard.press('/');
    await page.locator('[role=combobox]:focus').waitFor();
    await page.keyboard.type('create a u');
    await page.getByRole('option', { name: 'Create a user', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Create a user' }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('a long list is scrolled to its end and searched; few rows are drawn, and several are reset at once', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `member-${String(index).padStart(3, '0')}`);
    await Promise.all(names.map((name) => post('api/v1/users', { name })));
    const { page, complaints, close } = await openAs('/users/');
    await page.getByText('251 users').waitFor();
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await page.getByRole('link', { name: 'member-249' }).waitFor();
    expect(await page.locator('tbody tr').count()).toBeLessThan(100);
    // Rows that still wait tell their place in the list, too.
    expect(await page.locator('tbody tr:not(.spacer):not([aria-rowindex])').count()).toBe(0);
    await page.getByRole('button', { name: 'Name', exact: true }).press('Enter');
    // It stands at the end of what was there before, too: of what comes it is the first.
    await page.locator('tbody tr[aria-rowindex="2"]', { hasText: 'member-249' }).waitFor();
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await page.getByRole('link', { name: 'ann', exact: true }).waitFor();
    await page.getByLabel('Name or token').fill('member-24');
    await page.getByText('10 users').waitFor();
    expect(page.url()).toContain('q=member-24');
    await page.getByLabel('Choose member-240').check();
    await page.getByLabel('Choose member-249').check();
    await page.getByRole('button', { name: 'Reset usage' }).click();
    await page.locator('.toast', { hasText: '2 users start from zero.' }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('what a list is narrowed to', () => {
  test('stands in the address of the Traffic Manager, and whoever follows it sees the same', async () => {
    const { page, complaints, close } = await openAs('/traffic/');
    const holders = page.getByRole('region', { name: 'Users', exact: true });
    await holders.getByLabel('User or token').fill('bob');
    await holders.getByRole('button', { name: /^Server/ }).click();
    await page.getByRole('menuitemradio', { name: 'a-server-with-a-long-name.example.net:8443' }).click();
    await holders.getByRole('button', { name: /^Protocol/ }).click();
    await page.getByRole('menuitemradio', { name: 'VLESS' }).click();
    await holders.getByRole('button', { name: 'Total', exact: true }).click();
    await page.waitForURL(/sort=total/);
    const visitor = await openAs(page.url().split('#')[1] ?? '');
    const theirs = visitor.page.getByRole('region', { name: 'Users', exact: true });
    await theirs.getByText('bob', { exact: true }).waitFor();
    expect(await theirs.getByLabel('User or token').inputValue()).toBe('bob');
    expect(await theirs.getByRole('button', { name: /^Server/ }).textContent()).toContain('8443');
    expect(await theirs.getByRole('columnheader', { name: 'Total' }).getAttribute('aria-sort')).toBe('descending');
    await expect.poll(() => theirs.locator('tbody tr').count()).toBe(1);
    await visitor.page.getByRole('link', { name: 'Traffic Manager' }).click();
    await theirs.getByText('unknown-token-of-somebody').waitFor();
    await expect.poll(() => theirs.getByLabel('User or token').inputValue()).toBe('');
    expect([...complaints, ...visitor.complaints]).toEqual([]);
    await visitor.close();
    await close();
  });

  test('stands in the address of the devices; what an address says wrongly is left out', async () => {
    const { page, complaints, close } = await openAs('/peers');
    const devices = page.getByRole('region', { name: 'Devices', exact: true });
    await devices.getByRole('button', { name: 'All', exact: true }).click();
    await devices.getByRole('searchbox').fill('nothing like it');
    await devices.getByText('No device matches').waitFor();
    await devices.getByRole('searchbox').fill('10.0.0.2');
    await page.waitForURL(/q=10\.0\.0\.2/);
    const visitor = await openAs(page.url().split('#')[1] ?? '');
    const theirs = visitor.page.getByRole('region', { name: 'Devices', exact: true });
    await theirs.getByText('10.0.0.2').waitFor();
    expect(await theirs.getByRole('button', { name: 'All', exact: true }).getAttribute('aria-pressed')).toBe('true');
    expect(await theirs.locator('tbody tr').count()).toBe(1);
    await visitor.page.goto(`${server.url}/#/peers?which=nonsense`);
    await theirs.locator('[aria-pressed=true]', { hasText: 'Unassigned' }).waitFor();
    await expect.poll(() => theirs.getByRole('searchbox').inputValue()).toBe('');
    expect(complaints).toEqual([]);
    await visitor.close();
    await close();
  });
});

describe('what a user may use', () => {
  test('a quota is previewed and given, topped up and that undone; access is taken and given back', async () => {
    const { page, complaints, close } = await openAs('/users/?q=ann');
    await page.getByRole('link', { name: 'ann', exact: true }).click();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Quota or plan…' }).click();
    await page.getByLabel('Quota, GiB').fill('10');
    await page.getByText('Nobody is cut off by it now.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('of 10.0 GiB').waitFor();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Top up…' }).click();
    await page.getByLabel('GiB').fill('2,5');
    await page.getByRole('button', { name: 'Top up', exact: true }).click();
    await page.getByText('of 12.5 GiB').waitFor();
    await page.getByText('Topped up by 2.50 GiB').waitFor();
    await page.locator('.toast', { hasText: 'has more' }).getByRole('button', { name: 'Undo' }).click();
    await page.getByText('of 10.0 GiB').waitFor();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Suspend' }).click();
    await page.locator('.st.pill', { hasText: 'Suspended' }).waitFor();
    await page.locator('.toast', { hasText: 'is suspended' }).getByRole('button', { name: 'Undo' }).click();
    await page.locator('.st.pill', { hasText: 'Active' }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('an empty list of the settings says when it could not be read again', async () => {
    const { page, close } = await openAs('/settings/');
    const card = page.locator('section.card', { hasText: 'No plans' });
    await card.getByRole('button', { name: 'Make a plan' }).click();
    await page.route('**/api/v1/plans', (route) =>
      route.request().method() === 'GET'
        ? route.fulfill({ status: 500 })
        : route.fulfill({ status: 201, contentType: 'application/json', body: '{"id":"home","name":"Home"}' }),
    );
    const form = page.getByRole('dialog', { name: 'Make a plan' });
    await form.getByLabel('Name', { exact: true }).fill('Home');
    await form.getByLabel('Quota, GiB').fill('1');
    await form.getByRole('button', { name: 'Make a plan' }).click();
    await card.getByText('Could not be refreshed').waitFor();
    await close();
  });

  test('a plan is made in the settings, and the list shows who uses how much of it', async () => {
    const { page, complaints, close } = await openAs('/settings/');
    await page.getByRole('button', { name: 'Make a plan' }).click();
    const form = page.getByRole('dialog', { name: 'Make a plan' });
    await form.getByLabel('Name', { exact: true }).fill('Home');
    await form.getByLabel('Quota, GiB').fill('100');
    await form.getByRole('button', { name: 'Make a plan' }).click();
    await page.locator('tbody tr', { hasText: 'Home' }).getByText('100').waitFor();
    await page.getByRole('button', { name: 'Change the plan Home' }).click();
    const change = page.getByRole('dialog', { name: 'Change the plan Home' });
    expect(await change.getByLabel('Quota, GiB').inputValue()).toBe('100');
    await change.getByText('Warning, grace, what counts').click();
    await change.getByLabel('Warn from, % of the quota').fill('80');
    await change.getByLabel('Grace, GiB').fill('2');
    await change.getByLabel('What a cycle leaves is added to the next one').check();
    await change.getByRole('button', { name: 'Save' }).click();
    await page.locator('.toast', { hasText: 'The plan Home is changed.' }).waitFor();
    // Its form shows what the list has.
    await untilLoaded(page);
    await page.getByRole('button', { name: 'Change the plan Home' }).click();
    expect(await change.getByLabel('Grace, GiB').inputValue()).toBe('2');
    await change.getByRole('button', { name: 'Cancel' }).click();
    await page.goto(`${server.url}/#/users/?q=ann`);
    await expect.poll(() => page.locator('tbody tr', { hasText: 'ann' }).textContent()).toMatch(/\d\s*%/);
    await page.getByRole('button', { name: /^State/ }).click();
    await page.getByRole('menuitemradio', { name: 'Suspended' }).click();
    await page.getByText('Nobody matches').waitFor();
    expect(page.url()).toContain('state=suspended');
    expect(complaints).toEqual([]);
    await close();
  });

  test('what all users of a reseller may use together is set, seen and taken away', async () => {
    await post('api/v1/admins', { name: 'rita', role: 'reseller', password: OWNER.password });
    const { page, complaints, close } = await openAs('/settings/');
    const button = page.getByRole('button', { name: 'Limit of all users of rita' });
    await button.click();
    const form = page.getByRole('dialog', { name: 'Limit of all users of rita' });
    await form.getByLabel('Together, GiB').fill('2048');
    await form.getByLabel('Cut its users off').check();
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('0 % of 2.00 TiB').waitFor();
    await button.click();
    await form.getByRole('button', { name: 'Take away' }).click();
    await page.getByText('Limit…').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('a template is made, used for a user, changed, deleted and made again', async () => {
    const { page, complaints, close } = await openAs('/settings/');
    await page.getByRole('button', { name: 'Make a template' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Name', { exact: true }).fill('trial');
    await form.getByLabel('Quota, GiB').fill('7');
    await form.getByRole('switch', { name: 'Begins with the first use' }).click();
    await form.getByLabel('Tags').fill('trial, paid');
    await form.getByLabel(/^Access ends/).fill('14');
    expect(await axeViolations(page)).toEqual([]);
    await form.getByRole('button', { name: 'Make a template' }).click();
    const row = page.locator('tbody tr', { has: page.getByText('trial', { exact: true }) }).first();
    await row.getByText('ends after 14 days').waitFor();
    await page.goto(`${server.url}/#/users/?create=true`);
    const creating = page.getByRole('dialog');
    await creating.getByLabel('Name', { exact: true }).fill('dora');
    await creating.getByRole('button', { name: /^Template/ }).click();
    await page.getByRole('menuitemradio', { name: 'trial' }).click();
    await creating.getByRole('button', { name: 'Create a user' }).click();
    await page.getByText('of 7.00 GiB').waitFor();
    await page.goto(`${server.url}/#/settings/`);
    await page.getByRole('button', { name: 'Change the template trial' }).click();
    await form.getByRole('group', { name: 'What', exact: true }).getByRole('button', { name: 'Everything' }).click();
    await form.getByRole('button', { name: 'Save' }).click();
    await row.getByText('Everything').waitFor();
    await page.getByRole('button', { name: 'Delete the template trial' }).click();
    await page.getByText('No templates').waitFor();
    await page.locator('.toast', { hasText: 'is deleted' }).getByRole('button', { name: 'Undo' }).click();
    await row.getByText('Everything').waitFor();
    await row.getByText('paid').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('terms of several quotas are shown whole, and stay when something else of a template is changed', async () => {
    const path = 'api/v1/user-templates/fine';
    const quotas = [{ name: 'eu', bytes: 2 ** 30 + 1, nodeTags: ['eu'], direction: 'max' }, { bytes: 2 ** 33 }];
    const terms = { cycle: 'days:45', quotas, validDays: 60, graceHours: 5 };
    await asOwner(server, cookie, 'PUT', path, { entitlement: { terms }, tags: ['old'] });
    const { page, close } = await openAs('/settings/');
    await page.getByRole('button', { name: 'Change the template fine' }).click();
    const second = page.getByRole('group', { name: 'Quota 2' });
    expect(await second.getByLabel('Quota, GiB').inputValue()).toBe('8');
    await page.getByLabel('Tags', { exact: true }).fill('new');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.toast', { hasText: 'is saved' }).waitFor();
    const { items } = await asOwner<{ items: object[] }>(server, cookie, 'GET', 'api/v1/user-templates');
    expect(items).toContainEqual(expect.objectContaining({ name: 'fine', tags: ['new'] }));
    expect(items[0]).toMatchObject({ name: 'fine', entitlement: { terms } });
    await asOwner(server, cookie, 'DELETE', path);
    await close();
  });

  test('quotas of parts are added to a plan and taken away, with all that terms can say', async () => {
    const wanted = { cycle: 'month:1', quotas: [{ bytes: 2 ** 40 }] };
    const plan = await asOwner<{ id: string }>(server, cookie, 'POST', 'api/v1/plans', {
      name: 'Parts',
      terms: wanted,
    });
    await asOwner(server, cookie, 'PUT', 'api/v1/users/ann/entitlement', { plan: 'Parts' });
    const { page, complaints, close } = await openAs('/settings/');
    await page.getByRole('button', { name: 'Change the plan Parts' }).click();
    const form = page.getByRole('dialog', { name: 'Change the plan Parts' });
    await form.getByText('Nobody is cut off by it now.').waitFor();
    await form.getByRole('button', { name: 'Add a quota' }).click();
    const second = form.getByRole('group', { name: 'Quota 2' });
    await second.getByLabel('Quota, GiB').fill('0,5');
    // A part of nothing is no quota.
    expect(await form.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await second.getByLabel('VLESS').check();
    await second.getByText('Warning, grace, what counts').click();
    await second.getByRole('button', { name: /^Bytes that count/ }).click();
    await page.getByRole('menuitemradio', { name: 'upload', exact: true }).click();
    await form.getByLabel('Hours of grace').fill('6');
    expect(await axeViolations(page, { floating: true })).toEqual([]);
    await form.getByRole('button', { name: 'Save' }).click();
    await page.locator('.toast', { hasText: 'The plan Parts is changed.' }).waitFor();
    const terms = async () =>
      (await asOwner<{ terms: object }>(server, cookie, 'GET', `api/v1/plans/${plan.id}`)).terms;
    const ofVless = { name: 'vless', bytes: 2 ** 29, protocols: ['vless'], direction: 'up', nodeTags: null };
    expect(await terms()).toMatchObject({ graceHours: 6, quotas: [{ name: 'all', bytes: 2 ** 40 }, ofVless] });
    await page.getByRole('button', { name: 'Change the plan Parts' }).click();
    await form.getByRole('button', { name: 'Take away: Quota 1' }).click();
    await form.getByRole('button', { name: 'Save' }).click();
    await expect.poll(terms).toMatchObject({ quotas: [ofVless] });
    await asOwner(server, cookie, 'PUT', 'api/v1/users/ann/entitlement', { plan: null });
    await asOwner(server, cookie, 'DELETE', `api/v1/plans/${plan.id}`);
    expect(complaints).toEqual([]);
    await close();
  });

  test('a user waits for the first use, gets a next plan that can be taken away, and an end', async () => {
    await asOwner(server, cookie, 'POST', 'api/v1/plans', { name: 'Later', terms: { quotas: [{ bytes: 2 ** 40 }] } });
    const { id } = await asOwner<{ id: string }>(server, cookie, 'POST', 'api/v1/users', { name: 'wanda' });
    const { page, complaints, close } = await openAs(`/users/${id}`);
    const open = async () => {
      await page.getByRole('button', { name: 'More', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Quota or plan…' }).click();
    };
    const entitlement = () =>
      asOwner<{ nextPlan: { name: string } | null; startedAt: string | null; expiresAt: string | null }>(
        ...([server, cookie, 'GET', `api/v1/users/${id}/entitlement`] as const),
      );
    await open();
    const form = page.getByRole('dialog');
    await form.getByLabel('Quota, GiB').fill('3');
    await form.getByText('When it begins, ends, and what comes then').click();
    await form.getByRole('switch', { name: 'Begins with the first use' }).click();
    await form.getByRole('button', { name: /^Then/ }).click();
    await page.getByRole('menuitemradio', { name: 'Later' }).click();
    await form.getByLabel('Access ends, optional').fill('2031-02-03T04:05');
    expect(await axeViolations(page, { floating: true })).toEqual([]);
    await form.getByRole('button', { name: 'Save' }).click();
    await page.locator('.st.pill', { hasText: 'On hold' }).waitFor();
    expect(await entitlement()).toMatchObject({
      ...{ nextPlan: { name: 'Later' }, startedAt: null, expiresAt: '2031-02-03T04:05:00.000Z' },
    });
    await page.getByText('When this is used up or over: Later.').waitFor();
    await page.getByRole('button', { name: 'Take the next plan away' }).click();
    const toast = page.locator('.toast', { hasText: 'No plan follows any more.' });
    await toast.waitFor();
    expect((await entitlement()).nextPlan).toBeNull();
    await toast.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('When this is used up or over: Later.').waitFor();
    // What is not changed is not given anew: the user still waits.
    await open();
    await form.getByLabel('Access ends, optional').fill('');
    await form.getByRole('button', { name: 'Save' }).click();
    await expect.poll(entitlement).toMatchObject({ expiresAt: null, startedAt: null, nextPlan: { name: 'Later' } });
    // Nor is what changes while the form is open wished back.
    await open();
    await form.getByLabel('Quota, GiB').fill('4');
    await asOwner(server, cookie, 'PUT', `api/v1/users/${id}/entitlement`, { begins: 'now' });
    await page.locator('.st.pill', { hasText: 'On hold' }).waitFor({ state: 'detached' });
    await form.getByRole('button', { name: 'Save' }).click();
    const changed = { terms: { quotas: [{ bytes: 4 * 2 ** 30 }] }, startedAt: expect.any(String) };
    await expect.poll(entitlement).toMatchObject(changed);
    await asOwner(server, cookie, 'DELETE', `api/v1/users/${id}`);
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('language and theme', () => {
  test('a switch of language and theme holds after a reload', async () => {
    const watched = await openPage(browser);
    const { page } = watched;
    await page.context().addCookies([{ name: 'xpert_session', value: cookie.split('=')[1] ?? '', url: server.url }]);
    await page.goto(`${server.url}/#/users/`);
    await page.getByRole('button', { name: 'Language' }).click();
    await page.getByRole('menuitemradio', { name: 'Русский' }).click();
    await page.getByRole('heading', { name: 'Пользователи', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Тёмная тема' }).click();
    await page.reload();
    await page.getByRole('heading', { name: 'Пользователи', level: 1 }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    await watched.close();
  });

  test('Persian turns the page around, with its own digits and calendar; contrast is chosen in the settings', async () => {
    const { page, close } = await openAs('/settings/');
    await page.getByRole('switch', { name: 'High contrast' }).click();
    await page.getByRole('button', { name: /^Language English/ }).click();
    await page.getByRole('menuitemradio', { name: 'فارسی' }).click();
    await page.goto(`${server.url}/#/users/`);
    await page.getByRole('heading', { name: 'کاربران', level: 1 }).waitFor();
    const row = page.locator('tbody tr', { has: page.getByRole('link', { name: 'ann', exact: true }) });
    await row.waitFor();
    expect(await page.locator('html').getAttribute('dir')).toBe('rtl');
    expect(await page.locator('html').getAttribute('data-contrast')).toBe('high');
    const today = new Intl.DateTimeFormat('fa', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format();
    expect(await row.textContent()).toContain(today);
    await close();
  });

  test('the range of the URL holds from page to page', async () => {
    const watched = await openPage(browser);
    const { page } = watched;
    await page.context().addCookies([{ name: 'xpert_session', value: cookie.split('=')[1] ?? '', url: server.url }]);
    await page.goto(`${server.url}/#/`);
    await page.getByRole('button', { name: '7 d', exact: true }).click();
    await page.waitForURL(/range=7d/);
    await page.getByRole('link', { name: 'Traffic Manager' }).click();
    await page.getByRole('heading', { name: 'Traffic Manager' }).waitFor();
    expect(page.url()).toContain('range=7d');
    expect(await page.getByRole('button', { name: '7 d', exact: true }).getAttribute('aria-pressed')).toBe('true');
    await watched.close();
  });

  test('this week is that of the language', async () => {
    const watched = await openPage(browser, { locale: 'fa-IR' });
    const { page } = watched;
    await page.context().addCookies([{ name: 'xpert_session', value: cookie.split('=')[1] ?? '', url: server.url }]);
    await page.goto(`${server.url}/#/`);
    await page.getByRole('button', { name: 'تاریخ‌ها' }).click();
    await page.getByRole('button', { name: 'این هفته' }).click();
    await page.waitForURL(/from=/);
    const from = new Date(/from=(\d{4}-\d{2}-\d{2})/.exec(page.url())?.[1] ?? '');
    const days = (Date.now() - from.getTime()) / 86_400_000;
    // A Saturday, this week's.
    expect(from.getUTCDay()).toBe(6);
    expect(days).toBeGreaterThanOrEqual(0);
    expect(days).toBeLessThan(7);
    await watched.close();
  });
});

describe.each(['reseller', 'viewer'])('a %s', (role) => {
  test('sees the pages of the menu without a refusal', async () => {
    await post('api/v1/admins', { name: `a-${role}`, role, password: OWNER.password });
    const watched = await openPage(browser);
    const { page, complaints } = watched;
    await page.goto(`${server.url}/#/login`);
    await page.getByLabel('Name').fill(`a-${role}`);
    await page.getByLabel('Password').fill(OWNER.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    for (const link of await page.getByRole('navigation', { name: 'Main' }).getByRole('link').all()) {
      await link.click();
      await untilLoaded(page);
      complaints.push(...(await page.getByRole('alert').allTextContents()));
    }
    expect(complaints).toEqual([]);
    await watched.close();
  });
});

describe('without a connection', () => {
  test('says so, keeps what is known, and goes on by itself', async () => {
    const watched = await openPage(browser);
    const { page } = watched;
    await page.context().addCookies([{ name: 'xpert_session', value: cookie.split('=')[1] ?? '', url: server.url }]);
    await page.goto(`${server.url}/#/traffic/`);
    await page.getByText('Live', { exact: true }).waitFor();
    const { port, dataDir } = server;
    await server.stop();
    await page.getByText('No connection, trying again').waitFor();
    await page.getByText('The server does not answer.').waitFor();
    expect(await page.getByText('unknown-token-of-somebody').count()).toBeGreaterThan(0);
    server = await startServer({ dataDir, port });
    await page.getByText('Live', { exact: true }).waitFor({ timeout: 20_000 });
    await watched.close();
  });

  test('a session that ended leads to the login, and from there back', async () => {
    const watched = await openPage(browser);
    const { page } = watched;
    await page.context().addCookies([{ name: 'xpert_session', value: cookie.split('=')[1] ?? '', url: server.url }]);
    await page.goto(`${server.url}/#/users/`);
    await page.getByRole('heading', { name: 'Users', level: 1 }).waitFor();
    await page.context().clearCookies();
    await page.getByLabel('Name or token').fill('ann');
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await page.getByLabel('Name').fill(OWNER.name);
    await page.getByLabel('Password').fill(OWNER.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Users', level: 1 }).waitFor();
    await watched.close();
  });
});
