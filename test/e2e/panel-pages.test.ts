import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awayFromEnd } from '../support/away-from-end.ts';
import { axeViolations, openPage, untilLoaded } from '../support/browser.ts';
import { OWNER, startServer } from '../support/server.ts';
import { fillSmallFleet } from '../support/small-fleet.ts';
import { TestPanel } from '../support/test-panel.ts';

let panel: TestPanel;

beforeAll(async () => {
  await awayFromEnd('day', 120_000);
  panel = await TestPanel.start('panel-pages');
  await fillSmallFleet(panel.server, panel.cookie);
  // Two minutes may go by until the next day alone.
}, 300_000);

afterAll(() => panel?.stop());

test('the login, a dialog and an open menu have no accessibility fault', async () => {
  const stranger = await openPage(panel.browser);
  await stranger.page.goto(`${panel.server.url}/#/login`);
  await stranger.page.getByRole('button', { name: 'Log in' }).waitFor();
  const found = await axeViolations(stranger.page);
  await stranger.close();
  const { page, close } = await panel.open('/traffic/');
  await page.getByRole('button', { name: 'Cleanup…' }).click();
  await page.getByText('Records that go').waitFor();
  found.push(...(await axeViolations(page)));
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Language' }).press('Enter');
  await page.getByRole('menuitemradio', { name: 'English' }).waitFor();
  found.push(...(await axeViolations(page, { floating: true })));
  expect(found).toEqual([]);
  await close();
});

test('can be installed as an app of its own', async () => {
  const { page, close } = await panel.open('/');
  const browser = await page.context().newCDPSession(page);
  const { installabilityErrors } = await browser.send('Page.getInstallabilityErrors');
  // Each page of a test is a private window, which installs nothing.
  const inTheWay = installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito');
  expect(inTheWay).toEqual([]);
  const { data, errors } = await browser.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  expect(JSON.parse(data ?? '')).toMatchObject({ name: 'Xpert', display: 'standalone' });
  await close();
});

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
  const { page, close } = await panel.open('/traffic/');
  await page.addInitScript({ content: WATCH_TABLES });
  await page.goto('about:blank');
  await page.goto(`${panel.server.url}/#/settings/`);
  await page.locator('.tall tbody tr').nth(1).waitFor();
  expect([...new Set(await page.evaluate<number[]>('window.tables'))]).toEqual([0]);
  await close();
});

describe('finding somebody', () => {
  test('the keyboard alone leads from any page to a user, and to an action', async () => {
    const { page, complaints, close } = await panel.open('/nodes/');
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
    await Promise.all(names.map((name) => panel.ask('POST', 'users', { name })));
    const { page, complaints, close } = await panel.open('/users/');
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
    const { page, complaints, close } = await panel.open('/traffic/');
    const holders = page.getByRole('region', { name: 'Users', exact: true });
    await holders.getByLabel('User or token').fill('bob');
    await holders.getByRole('button', { name: /^Server/ }).click();
    await page.getByRole('menuitemradio', { name: 'a-server-with-a-long-name.example.net:8443' }).click();
    await holders.getByRole('button', { name: /^Protocol/ }).click();
    await page.getByRole('menuitemradio', { name: 'VLESS' }).click();
    await holders.getByRole('button', { name: 'Total', exact: true }).click();
    await page.waitForURL(/sort=total/);
    const visitor = await panel.open(page.url().split('#')[1] ?? '');
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
    const { page, complaints, close } = await panel.open('/peers');
    const devices = page.getByRole('region', { name: 'Devices', exact: true });
    await devices.getByRole('button', { name: 'All', exact: true }).click();
    await devices.getByRole('searchbox').fill('nothing like it');
    await devices.getByText('No device matches').waitFor();
    await devices.getByRole('searchbox').fill('10.0.0.2');
    await page.waitForURL(/q=10\.0\.0\.2/);
    const visitor = await panel.open(page.url().split('#')[1] ?? '');
    const theirs = visitor.page.getByRole('region', { name: 'Devices', exact: true });
    await theirs.getByText('10.0.0.2').waitFor();
    expect(await theirs.getByRole('button', { name: 'All', exact: true }).getAttribute('aria-pressed')).toBe('true');
    expect(await theirs.locator('tbody tr').count()).toBe(1);
    await visitor.page.goto(`${panel.server.url}/#/peers?which=nonsense`);
    await theirs.locator('[aria-pressed=true]', { hasText: 'Unassigned' }).waitFor();
    await expect.poll(() => theirs.getByRole('searchbox').inputValue()).toBe('');
    expect(complaints).toEqual([]);
    await visitor.close();
    await close();
  });
});

describe('language and theme', () => {
  test('a switch of language and theme holds after a reload', async () => {
    const { page, close } = await panel.open('/users/');
    await page.getByRole('button', { name: 'Language' }).click();
    await page.getByRole('menuitemradio', { name: 'Русский' }).click();
    await page.getByRole('heading', { name: 'Пользователи', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Тёмная тема' }).click();
    await page.reload();
    await page.getByRole('heading', { name: 'Пользователи', level: 1 }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    await close();
  });

  test('Persian turns the page around, with its own digits and calendar; contrast is chosen in the settings', async () => {
    const { page, close } = await panel.open('/settings/');
    await page.getByRole('switch', { name: 'High contrast' }).click();
    await page.getByRole('button', { name: /^Language English/ }).click();
    await page.getByRole('menuitemradio', { name: 'فارسی' }).click();
    await page.goto(`${panel.server.url}/#/users/`);
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
    const { page, close } = await panel.open('/');
    await page.getByRole('button', { name: '7 d', exact: true }).click();
    await page.waitForURL(/range=7d/);
    await page.getByRole('link', { name: 'Traffic Manager' }).click();
    await page.getByRole('heading', { name: 'Traffic Manager' }).waitFor();
    expect(page.url()).toContain('range=7d');
    expect(await page.getByRole('button', { name: '7 d', exact: true }).getAttribute('aria-pressed')).toBe('true');
    await close();
  });

  test('this week is that of the language', async () => {
    const { page, close } = await panel.open('/', { locale: 'fa-IR' });
    await page.getByRole('button', { name: 'تاریخ‌ها' }).click();
    await page.getByRole('button', { name: 'این هفته' }).click();
    await page.waitForURL(/from=/);
    const from = new Date(/from=(\d{4}-\d{2}-\d{2})/.exec(page.url())?.[1] ?? '');
    const days = (Date.now() - from.getTime()) / 86_400_000;
    // A Saturday, this week's.
    expect(from.getUTCDay()).toBe(6);
    expect(days).toBeGreaterThanOrEqual(0);
    expect(days).toBeLessThan(7);
    await close();
  });
});

describe.each(['reseller', 'viewer'])('a %s', (role) => {
  test('sees the pages of the menu without a refusal', async () => {
    await panel.ask('POST', 'admins', { name: `a-${role}`, role, password: OWNER.password });
    const { page, complaints, close } = await openPage(panel.browser);
    await page.goto(`${panel.server.url}/#/login`);
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
    await close();
  });
});

/** Runs in the page, so it is text: waits until the traffic of the statistics is another one, and tells when that was. */
const WHEN_ANOTHER = `new Promise((done) => {
  const shown = () => document.querySelector('.kpis > :nth-child(3) .big').textContent;
  const before = shown();
  new MutationObserver((_changes, observer) => {
    if (shown() === before) return;
    observer.disconnect();
    done(Date.now());
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
})`;

test('a report is seen within two seconds of its answer, by itself', async () => {
  const { page, complaints, close } = await panel.open('/traffic/');
  await page.getByText('Live', { exact: true }).waitFor();
  await untilLoaded(page);
  const tookMs: number[] = [];
  // One of them alone says little where the machine has other things to do.
  while (tookMs.length < 8 && !tookMs.some((ms) => ms < 2_000)) {
    const seen = page.evaluate<number>(WHEN_ANOTHER);
    await panel.report('bob', { bytes_uploaded: 1024 ** 3 });
    const answeredAt = Date.now();
    tookMs.push((await seen) - answeredAt);
  }
  expect(Math.min(...tookMs)).toBeLessThan(2_000);
  expect(complaints).toEqual([]);
  await close();
});

describe('without a connection', () => {
  test('says so, keeps what is known, and goes on by itself', async () => {
    const { page, close } = await panel.open('/traffic/');
    await page.getByText('Live', { exact: true }).waitFor();
    const { port, dataDir } = panel.server;
    await panel.server.stop();
    await page.getByText('No connection, trying again').waitFor();
    await page.getByText('The server does not answer.').waitFor();
    expect(await page.getByText('unknown-token-of-somebody').count()).toBeGreaterThan(0);
    panel.server = await startServer({ dataDir, port });
    await page.getByText('Live', { exact: true }).waitFor({ timeout: 20_000 });
    await close();
  });

  test('a session that ended leads to the login, and from there back', async () => {
    const { page, close } = await panel.open('/users/');
    await page.getByRole('heading', { name: 'Users', level: 1 }).waitFor();
    await page.context().clearCookies();
    await page.getByLabel('Name or token').fill('ann');
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await page.getByLabel('Name').fill(OWNER.name);
    await page.getByLabel('Password').fill(OWNER.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Users', level: 1 }).waitFor();
    await close();
  });
});
