import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awayFromEnd } from '../support/away-from-end.ts';
import { axeViolations, launchBrowser, openPage, overflowOf, PHONE, type WatchedPage } from '../support/browser.ts';
import { FakeMarzban } from '../support/fake-marzban.ts';
import { login, startServer, type TestServer, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder('panel-work');
const GIB = 1024 ** 3;
const NAMES = ['ada', 'bea', 'cleo', 'dora'] as const;
const shop = new FakeMarzban();

let server: TestServer;
let browser: Browser;
let cookie: string;
let nodeId: string;

beforeAll(async () => {
  // What is used of a month, and of today, is to be that until the end.
  await awayFromEnd('day', 180_000);
  server = await startServer({ dataDir: folder.path });
  cookie = await login(server);
  browser = await launchBrowser();
  nodeId = await fill();
  // Three minutes may go by until the next day alone.
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await shop.web.close();
  folder.remove();
});

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${server.url}/${path}`, {
    method,
    headers: body === undefined ? { cookie } : { cookie, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** Four users of one panel, who moved 7, 14, 21 and 28 GiB; the third and fourth are past their quota of 20 GiB. */
async function fill(): Promise<string> {
  const url = `http://127.0.0.1:${await shop.start()}`;
  const at = (gib: number) =>
    NAMES.map((username, i) => ({
      ...{ username, lifetime: BigInt(i + 1) * BigInt(gib * GIB), createdAt: '2024-05-01T12:34:56', onlineAt: null },
    }));
  shop.users = at(1);
  const { id } = await call<{ id: string }>('POST', 'api/v1/nodes', {
    ...{ name: 'shop', kind: 'marzban', usersPolicy: 'per-peer' },
    options: { url, username: shop.username, password: shop.password, privateAddress: true },
  });
  await call('POST', `api/v1/nodes/${id}/poll`, {});
  shop.users = at(8);
  await call('POST', `api/v1/nodes/${id}/poll`, {});
  const terms = { cycle: 'month:1', quotas: [{ bytes: 20 * GIB }] };
  await call('POST', 'api/v1/plans', { name: 'Home', terms });
  await call('POST', 'api/v1/users/bulk', { users: NAMES, action: 'entitle', entitlement: { plan: 'Home' } });
  const huge = { server: 'x.example.net', port: 443, protocol: 'vless', bytes_uploaded: GIB };
  await call('POST', 'api/xpert/traffic-webhook', [{ ...huge, user_token: 'odd', bytes_downloaded: 2 ** 44 }]);
  return id;
}

async function openAs(path: string, { phone = false, language = 'en' } = {}): Promise<WatchedPage> {
  const watched = await openPage(browser, phone ? { viewport: PHONE, hasTouch: true } : {});
  const { page } = watched;
  page.setDefaultTimeout(15_000);
  await page.context().addCookies([{ name: 'xpert_session', value: cookie.split('=')[1] ?? '', url: server.url }]);
  await page.addInitScript({ content: `localStorage.setItem('xpert.language', '${language}');` });
  await page.goto(`${server.url}/#${path}`);
  return watched;
}

/** Whose usage changes, from what to what. */
const effectOf = async (page: Page) => (await page.locator('[role=dialog] .kv').allTextContents()).join(' ');
const namesShown = (page: Page) => page.locator('tbody a.name').allTextContents();
const faultsOf = async (page: Page) => [
  ...(await overflowOf(page)),
  ...(await axeViolations(page, { floating: true })),
];

describe('the list of users', () => {
  test('is sorted by what a column shows, has the columns that were chosen, and keeps both', async () => {
    const { page, complaints, close } = await openAs('/users/');
    await page.getByRole('button', { name: 'Quota', exact: true }).press('Enter');
    await expect.poll(() => namesShown(page)).toEqual(['dora', 'cleo', 'bea', 'ada']);
    expect(page.url()).toContain('sort=share');
    // The keyboard is still where it was: the next press sorts the other way.
    await page.keyboard.press('Enter');
    await expect.poll(() => namesShown(page)).toEqual(['ada', 'bea', 'cleo', 'dora']);
    await page.keyboard.press('Enter');
    await expect.poll(() => namesShown(page)).toEqual(['dora', 'cleo', 'bea', 'ada']);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByLabel('Plan', { exact: true }).check();
    expect(await axeViolations(page, { floating: true })).toEqual([]);
    await page.keyboard.press('Escape');
    await page.reload();
    await expect.poll(() => namesShown(page)).toEqual(['dora', 'cleo', 'bea', 'ada']);
    await page.getByRole('columnheader', { name: 'Plan' }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('says on a phone how much of its quota each has used, and when it begins anew', async () => {
    const { page, complaints, close } = await openAs('/users/?sort=share', { phone: true, language: 'fa' });
    const row = page.locator('tbody tr', { has: page.getByRole('link', { name: 'dora', exact: true }) });
    const { items } = await call<{ items: { entitlement: { resetsAt: string } }[] }>('GET', 'api/v1/users?search=dora');
    const day = new Intl.DateTimeFormat('fa', { day: 'numeric', month: 'short', timeZone: 'UTC' });
    await expect.poll(() => row.locator('.row-quota').textContent()).toContain('۱۴۰');
    expect(await row.locator('.row-quota').textContent()).toContain(
      day.format(new Date(items[0]?.entitlement.resetsAt ?? '')),
    );
    expect(await row.locator('.row-quota .use').isVisible()).toBe(true);
    expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });

  test('terms of one node are looked at first: who would lose it is said before a plan is changed', async () => {
    const { page, complaints, close } = await openAs('/settings/');
    await page.getByRole('button', { name: 'Change the plan Home' }).click();
    const form = page.getByRole('dialog', { name: 'Change the plan Home' });
    await form.getByRole('button', { name: 'Add a quota' }).click();
    const second = form.getByRole('group', { name: 'Quota 2' });
    await second.getByLabel('Quota, GiB').fill('10');
    await second.getByLabel('shop').check();
    // Of four, one is below it and two have nothing to lose.
    await form.getByText('1 user loses a part of it at once.').waitFor();
    await form.getByRole('group', { name: 'Quota 1' }).getByLabel('Quota, GiB').fill('6');
    await form.getByText('2 users are cut off by it at once: ada, bea').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await form.getByRole('button', { name: 'Cancel' }).click();
    expect(complaints).toEqual([]);
    await close();
  });

  test('several are tagged after a look at what that changes, found by the tag, and it is undone', async () => {
    const { page, complaints, close } = await openAs('/users/');
    await page.getByLabel('Choose ada').check();
    await page.getByLabel('Choose bea').check();
    await page.locator('.assign-bar').getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Add a tag…' }).click();
    await page.getByLabel('Tag', { exact: true }).fill('family');
    await page.getByText('Changes 2 of 2 chosen users.').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Tag 2 users' }).click();
    const toast = page.locator('.toast', { hasText: '2 users have the tag.' });
    await toast.waitFor();
    const tagged = () => call<{ items: object[] }>('GET', 'api/v1/users?tag=family');
    expect((await tagged()).items).toHaveLength(2);
    await toast.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(async () => (await tagged()).items).toEqual([]);
    await page.goto(`${server.url}/#/users/?tag=family`);
    await page.getByText('Nobody matches').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('is read from a file: wrong lines are named, and nothing is made until they are right', async () => {
    const { page, complaints, close } = await openAs('/users/?importing=true', { phone: true, language: 'fa' });
    const file = (text: string) => ({ name: 'u.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    const field = page.locator('input[type=file]');
    await field.setInputFiles(file('name,plan\nnew,Home\nother,Nope'));
    await page.getByText('There is no plan "Nope".').waitFor();
    const create = page.locator('[role=dialog] .btn.primary');
    expect(await create.isDisabled()).toBe(true);
    expect(await faultsOf(page)).toEqual([]);
    await field.setInputFiles(file('name,plan\nnew,Home\nada,Home'));
    await expect.poll(() => create.isEnabled()).toBe(true);
    await create.click();
    await page.getByRole('link', { name: 'new', exact: true }).waitFor();
    await call('DELETE', 'api/v1/users/new');
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('access', () => {
  test('is looked at, enforced, held by the fuse until somebody says so, and given back', async () => {
    await call('PUT', 'api/v1/access/fuse', { most: 0, percent: 0 });
    const { page, complaints, close } = await openAs(`/nodes/${nodeId}`);
    const card = page.locator('.access');
    await card.getByRole('button', { name: 'Look what would change' }).click();
    await page.getByText('2 peers would lose access').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Enforce from now on' }).click();
    await card.getByText('Enforcing').waitFor();
    await call('POST', `api/v1/nodes/${nodeId}/poll`, {});
    await expect.poll(async () => (await nodeAccess()).fuse).not.toBeNull();
    expect(await nodeAccess()).toMatchObject({ suspended: 0, waiting: 2 });
    await page.goto(`${server.url}/#/users/`);
    await page.reload();
    await page.getByText('The fuse of shop holds 2 peers back.').waitFor();
    await page.getByRole('link', { name: 'Look' }).click();
    await card.getByRole('button', { name: 'Cut 2 peers' }).click();
    await expect.poll(async () => (await nodeAccess()).suspended, { timeout: 30_000 }).toBe(2);
    await page.reload();
    await card.locator('.two-lines', { hasText: 'quota used up' }).first().waitFor();
    expect(await faultsOf(page)).toEqual([]);
    // The user's page says the same of hers.
    const { id: dora } = await call<{ id: string }>('GET', 'api/v1/users/dora');
    await page.goto(`${server.url}/#/users/${dora}`);
    await page.getByRole('region', { name: 'dora' }).waitFor();
    const own = page.getByRole('region', { name: 'Access', exact: true });
    await own.locator('tbody').getByText('Suspended').waitFor();
    expect(await own.locator('tbody tr').allTextContents()).toEqual([expect.stringMatching(/^shop.*quota used up/)]);
    expect(await faultsOf(page)).toEqual([]);
    await page.goto(`${server.url}/#/nodes/${nodeId}`);
    await card.getByRole('button', { name: 'More about access' }).click();
    await page.getByRole('menuitem', { name: 'Stop taking access' }).click();
    await page.getByText('Give back 2 suspended peers').waitFor();
    await page.getByRole('button', { name: 'Stop taking access' }).click();
    await card.getByText('Read only').waitFor();
    await expect.poll(async () => (await nodeAccess()).suspended, { timeout: 30_000 }).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  }, 90_000);

  test('paused everywhere is said where users are, and goes on from there', async () => {
    await call('POST', 'api/v1/access/pause', {});
    const { page, complaints, close } = await openAs('/users/', { phone: true, language: 'fa' });
    await page.getByRole('button', { name: 'ادامه' }).click();
    await expect.poll(async () => (await accessState()).standstill).toBeNull();
    expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });

  const nodeAccess = () =>
    call<{ suspended: number; waiting: number; fuse: object | null }>('GET', `api/v1/nodes/${nodeId}/access`);
  const accessState = () => call<{ standstill: object | null }>('GET', 'api/v1/access/state');
});

describe('a change that the server refuses', () => {
  const budget = { bytes: 500_000_000_000, cycle: 'month:1', direction: 'out', pricePerTb: null, currency: null };

  /** The next requests of a method to an address are refused, once the server was told something else meanwhile. */
  async function refuse(
    page: Page,
    address: string,
    method: string,
    meanwhile: () => Promise<unknown> = async () => {},
  ) {
    await page.route(address, async (route) => {
      if (route.request().method() !== method) return route.fallback();
      await meanwhile();
      await route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({ code: 'a-refusal', title: 'Busy', status: 503, detail: 'Not now.', errors: [] }),
      });
    });
  }

  const refused = (page: Page) => page.locator('.toast.bad', { hasText: 'Not now.' });

  test('a switch is turned at once, and back with the reason; all that it changes is read anew', async () => {
    const { page, close } = await openAs('/traffic/');
    const tracking = page.getByRole('switch', { name: 'Tracking' });
    await tracking.waitFor({ timeout: 45_000 });
    let answer = () => {};
    const asked = new Promise<void>((done) => {
      answer = done;
    });
    await refuse(page, '**/api/v1/settings/tracking', 'PUT', () => asked);
    await tracking.click();
    await expect.poll(() => tracking.getAttribute('aria-checked')).toBe('false');
    const readAnew = ['settings', 'overview', 'nodes'].map((name) => page.waitForRequest(`**/api/v1/${name}*`));
    answer();
    await refused(page).waitFor();
    await expect.poll(() => tracking.getAttribute('aria-checked')).toBe('true');
    await Promise.all(readAnew);
    await close();
  }, 90_000);

  test('a budget that could not be removed is back, as it is by then', async () => {
    const path = `api/v1/nodes/${nodeId}/budget`;
    await call('PUT', path, budget);
    const { page, close } = await openAs(`/nodes/${nodeId}`);
    await page.getByText('of 466').waitFor();
    await refuse(page, `**/${path}`, 'DELETE', () => call('PUT', path, { ...budget, bytes: 750_000_000_000 }));
    await page.locator('section.card', { hasText: 'of 466' }).getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Forget it' }).click();
    await refused(page).waitFor();
    await page.getByText('of 698').waitFor();
    await close();
  });

  test('an undo that is refused is told, and what is there is read anew', async () => {
    const path = `api/v1/nodes/${nodeId}/budget`;
    await call('PUT', path, budget);
    const { page, close } = await openAs(`/nodes/${nodeId}`);
    await page.locator('section.card', { hasText: 'of 466' }).getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Forget it' }).click();
    await page.getByText('No budget told').waitFor();
    await refuse(page, `**/${path}`, 'PUT', () => call('PUT', path, { ...budget, bytes: 750_000_000_000 }));
    await page.locator('.toast', { hasText: 'The budget is forgotten.' }).getByRole('button', { name: 'Undo' }).click();
    await refused(page).waitFor();
    await page.getByText('of 698').waitFor();
    await call('DELETE', path);
    await close();
  });
});

describe('a multiplier', () => {
  test('is set for a node, shows until when bytes count once, and is taken back before it holds', async () => {
    await awayFromEnd('quarter', 30_000);
    const { page, complaints, close } = await openAs(`/nodes/${nodeId}`);
    const card = page.locator('section.card', { has: page.getByRole('heading', { name: 'Multiplier', exact: true }) });
    await card.getByText('Every byte counts once').waitFor();
    await card.getByRole('button', { name: 'Set a multiplier' }).press('Enter');
    await page.locator('input:focus').waitFor();
    await page.keyboard.type('1,5');
    await page.getByRole('button', { name: 'download', exact: true }).click();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    const row = card.locator('tbody tr', { hasText: '×1.5' });
    await row.getByText('to come').waitFor();
    expect(await row.textContent()).toContain('download');
    const { items } = await call<{ items: object[] }>('GET', `api/v1/billing-rules?node=${nodeId}`);
    expect(items).toMatchObject([{ serviceId: null, multiplier: '1.5', direction: 'down', state: 'planned' }]);
    await row.getByRole('button', { name: 'Take back' }).click();
    await card.getByText('Every byte counts once').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('a provider’s budget', () => {
  test('is told, shows what it comes to, and is forgotten and told again by one key', async () => {
    const { page, complaints, close } = await openAs(`/nodes/${nodeId}`);
    const card = page.locator('section.card', {
      has: page.getByRole('heading', { name: 'Provider’s budget', exact: true }),
    });
    await card.getByRole('button', { name: 'Tell the budget' }).press('Enter');
    // The first field has the focus.
    await page.locator('input:focus').waitFor();
    await page.keyboard.type('0,5');
    await page.getByLabel('Price of a TB more').fill('1.20');
    await page.getByLabel('Currency').fill('EUR');
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    await card.getByText('of 466').waitFor();
    expect(await call('GET', `api/v1/nodes/${nodeId}/budget`)).toMatchObject({
      ...{ bytes: 500_000_000_000, cycle: 'month:1', direction: 'out', pricePerTb: 1.2, currency: 'EUR' },
    });
    await card.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Forget it' }).click();
    await card.getByText('No budget told').waitFor();
    await page
      .locator('.toast', { hasText: 'The budget is forgotten.' })
      .getByRole('button', { name: 'Undo' })
      .press('Enter');
    await card.getByText('of 466').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('the ledger by hand', () => {
  test('usage is corrected with what it changes in sight, and undone', async () => {
    const { page, complaints, close } = await openAs('/corrections');
    await page.getByRole('button', { name: 'Correct usage' }).waitFor();
    // From elsewhere in the panel: the page stands already.
    await page.goto(`${server.url}/#/corrections?user=ada`);
    await page.getByLabel(/^Bytes, GiB/).fill('2');
    await expect.poll(() => effectOf(page)).toMatch(/ada.*7\.00.*5\.00/);
    await page.getByLabel(/^Reason/).fill('counted twice');
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Correct', exact: true }).click();
    const row = page.locator('tbody tr', { hasText: 'counted twice' });
    await row.getByText('owner').waitFor();
    await row.getByRole('button', { name: 'Undo' }).click();
    await row.getByText('undone').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('what was set aside is counted or dismissed, once', async () => {
    const { page, complaints, close } = await openAs('/corrections');
    const row = page.locator('tbody tr', { hasText: 'x.example.net' });
    await row.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByLabel(/^Reason/).fill('a bug of the sender');
    await page.getByRole('dialog').getByRole('button', { name: 'Dismiss' }).click();
    await row.getByText('Dismissed').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('a device is given to another user from a past time on, with what was counted since', async () => {
    const users = (await call<{ items: { id: string; name: string }[] }>('GET', 'api/v1/users?search=bea')).items;
    const { page, complaints, close } = await openAs(`/users/${users[0]?.id}`);
    await page.getByRole('button', { name: 'Give bea to another user' }).click();
    await page.getByLabel('User', { exact: true }).fill('ada');
    await page.getByRole('button', { name: 'From a past time on' }).click();
    await page.getByLabel('From', { exact: true }).fill('2024-01-01T00:00');
    await expect.poll(() => effectOf(page)).toMatch(/21\.0/);
    await page.getByLabel(/^Reason/).fill('it was hers all along');
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Give it' }).click();
    await page.locator('.toast', { hasText: 'It is in the ledger.' }).waitFor();
    await page.getByText('No devices').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});

test('a probe is tried before it is kept', async () => {
  const { page, complaints, close } = await openAs('/services/');
  await page
    .getByRole('button', { name: /^How .* is checked$/ })
    .first()
    .click();
  await page.getByRole('button', { name: /^Known by/ }).click();
  await page.getByRole('menuitemradio', { name: 'a connection' }).click();
  await page.getByLabel('Host', { exact: true }).fill('127.0.0.1');
  await page.getByLabel('Port', { exact: true }).fill(String(server.port));
  await page.getByRole('switch', { name: /private network/ }).click();
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText('Answers', { exact: true }).waitFor();
  expect(await faultsOf(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('.toast', { hasText: 'It is checked like this from now on.' }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});
