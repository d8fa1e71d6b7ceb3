import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awayFromEnd } from '../support/away-from-end.ts';
import { fillSmallFleet, type SmallFleet } from '../support/small-fleet.ts';
import { card, pick, TestPanel, toast } from '../support/test-panel.ts';

const GIB = 1024 ** 3;
const DAY_MS = 86_400_000;

let panel: TestPanel;
let fleet: SmallFleet;

beforeAll(async () => {
  panel = await TestPanel.start('panel-ledger');
  fleet = await fillSmallFleet(panel.server, panel.cookie);
});

afterAll(() => panel?.stop());

const total = async () => (await panel.ask<{ traffic: object }>('GET', 'usage/summary?days=30')).traffic;

interface Database {
  readonly records: number;
  readonly days: number;
}

describe('the Traffic Manager', () => {
  test('is read anew, and taken away as a file', async () => {
    const { page, complaints, close } = await panel.open('/traffic/');
    await page.getByText('unknown-token-of-somebody').first().waitFor();
    const asked = ['usage/summary', 'database'].map((name) => page.waitForResponse(`**/api/v1/${name}*`));
    await page.getByRole('button', { name: 'Refresh' }).click();
    await Promise.all(asked);
    const arrives = page.waitForEvent('download');
    await pick(page, page.getByRole('button', { name: 'Export' }), 'JSON lines, by 15 minutes');
    const lines = readFileSync(await (await arrives).path(), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line)).length).toBeGreaterThan(2);
    expect(complaints).toEqual([]);
    await close();
  });

  test('a reset of all is planned for a time to come, seen by everybody who may, and cancelled', async () => {
    const { page, complaints, close } = await panel.open('/traffic/');
    await page.getByRole('button', { name: 'Reset All' }).click();
    const form = page.getByRole('dialog', { name: 'Reset everyone?' });
    await form.getByRole('button', { name: 'At a time to come' }).click();
    const plan = form.getByRole('button', { name: 'Plan the reset' });
    expect(await plan.isDisabled()).toBe(true);
    await form.getByLabel('Day and time').fill('2001-01-01T03:00');
    await plan.click();
    await form.getByRole('alert').waitFor();
    await form.getByLabel('Day and time').fill('2099-02-01T03:00');
    await plan.click();
    await form.waitFor({ state: 'detached' });
    const planned = card(page, 'Planned resets').locator('li', { hasText: '2099' });
    await planned.getByText('everyone').waitFor();
    type Planned = { items: { at: string; scope: string; cancelledAt: string | null }[] };
    const stored = async () => (await panel.ask<Planned>('GET', 'scheduled-resets')).items;
    expect(await stored()).toMatchObject([{ at: '2099-02-01T03:00:00.000Z', scope: 'all', cancelledAt: null }]);
    await planned.getByRole('button', { name: 'Cancel it' }).click();
    await planned.waitFor({ state: 'detached' });
    expect((await stored())[0]?.cancelledAt).not.toBeNull();
    expect(complaints).toEqual(['400 /api/v1/scheduled-resets', expect.stringContaining('400')]);
    await close();
  });

  test('old records are removed for good, and no number changes by it', async () => {
    const period_end = new Date(Date.now() - 3 * DAY_MS).toISOString();
    await panel.report('bob', { bytes_uploaded: GIB, bytes_downloaded: 4 * GIB, period_end });
    const before = await panel.ask<Database>('GET', 'database');
    const counted = await total();
    const { page, complaints, close } = await panel.open('/traffic/');
    await page.getByRole('button', { name: 'Cleanup…' }).click();
    const form = page.getByRole('dialog', { name: 'Cleanup' });
    await form.getByRole('textbox').first().fill('2');
    await form.getByLabel('Type: cleanup').fill('cleanup');
    await form.getByRole('button', { name: 'Remove 1 record', exact: true }).click();
    await toast(page, '1 record removed.').waitFor();
    const after = await panel.ask<Database>('GET', 'database');
    expect([before.records - after.records, before.days - after.days]).toEqual([1, 0]);
    expect(await total()).toEqual(counted);
    expect(complaints).toEqual([]);
    await close();
  });

  test('a cleanup that runs shows how far it is, and is stopped', async () => {
    const { page, complaints, close } = await panel.open('/traffic/');
    const job = { state: 'removing', rows: 4_000, deleted: 1_500, endedAt: null, failure: null };
    let asked = '';
    // One that takes a while: here all is removed at once.
    await page.route('**/api/v1/cleanup', async (route) => {
      const method = route.request().method();
      if (method === 'POST') return route.continue();
      if (method === 'DELETE') asked = 'to stop';
      const ended = asked === '' ? {} : { state: 'cancelled', endedAt: new Date().toISOString() };
      const stopped = { ...job, ...ended };
      await route.fulfill({ json: method === 'GET' ? { job: stopped } : stopped });
    });
    await page.getByRole('button', { name: 'Cleanup…' }).click();
    const form = page.getByRole('dialog', { name: 'Cleanup' });
    await form.getByText(/1.500 of 4.000 records removed/).waitFor();
    await form.getByRole('button', { name: 'Cancel' }).click();
    await form.getByText('Records that go').waitFor();
    expect(asked).toBe('to stop');
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('what was set aside', () => {
  test('is counted after a look at what that changes, and that is undone', async () => {
    await panel.report('bob', { server: 'huge.example.net', bytes_uploaded: GIB, bytes_downloaded: 2 ** 44 });
    const { page, complaints, close } = await panel.open('/corrections');
    const row = card(page, 'Not counted, to be looked at').locator('tbody tr', { hasText: 'huge.example.net' });
    await row.getByRole('button', { name: 'Count it' }).click();
    const form = page.getByRole('dialog');
    await expect.poll(() => form.locator('.kv').first().textContent()).toMatch(/16\.0/);
    await form.getByLabel(/^Reason/).fill('a mirror of a mirror');
    await form.getByRole('button', { name: 'Count it' }).click();
    await row.getByText('Counted').waitFor();
    const entry = card(page, 'By hand').locator('tbody tr', { hasText: 'a mirror of a mirror' }).last();
    await entry.getByRole('button', { name: 'Undo' }).click();
    await row.getByRole('button', { name: 'Count it' }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('what counters showed before Xpert looked is counted, too, where somebody says so', async () => {
    const { page, complaints, close } = await panel.open('/corrections');
    const row = card(page, 'Where counting began').locator('tbody tr').first();
    await row.getByRole('button', { name: 'Count it' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel(/^Reason/).fill('it was ours all along');
    await form.getByRole('button', { name: 'Count it' }).click();
    await card(page, 'Where counting began').getByText('Counted', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});

test('devices are given to a user who is there, and taken away again', async () => {
  await panel.ask('POST', 'users', { name: 'eve' });
  const devices = () => panel.ask<{ items: { userName: string | null }[] }>('GET', `peers?node=${fleet.readableId}`);
  const owned = async () => (await devices()).items.filter(({ userName }) => userName === 'eve').length;
  const { page, complaints, close } = await panel.open('/peers?which=all');
  const bar = page.locator('.assign-bar');
  await page.getByLabel('Choose all').check();
  await page.getByPlaceholder('Name of the user').fill('eve');
  await bar.getByRole('button', { name: 'Assign', exact: true }).click();
  await toast(page, '3 devices assigned.').waitFor();
  expect(await owned()).toBe(3);
  await page.getByLabel('Choose all').check();
  await bar.getByRole('button', { name: 'Take away' }).click();
  await bar.waitFor({ state: 'detached' });
  expect(await owned()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

test('nodes, users and devices of the bot come from its files', async () => {
  const key = 'hIA3ikjlSOAo0qqrI+rXaS3ZH04nx7Q2YQ4m2Syz+XE=';
  const file = (name: string, content: object) => ({
    ...{ name, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(content)) },
  });
  const { page, complaints, close } = await panel.open('/import');
  const users = { '7': { telegram_id: 7, username: 'vasya', role: 'user', active: true } };
  await page.getByLabel('users.json').setInputFiles(file('users.json', users));
  const peers = { '7:eu1': { public_key: key, wg_ip: '10.0.0.2/32' }, '8': { wg_ip: '10.0.0.3/32' } };
  await page.getByLabel('peers.json').setInputFiles(file('peers.json', peers));
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('users: 1, peers: 1.', { exact: false }).waitFor();
  await page.getByText('no public key').waitFor();
  await page.goto(`${panel.server.url}/#/users/`);
  await page.getByRole('link', { name: 'vasya' }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

describe('a node', () => {
  test('is tested again where it cannot be read', async () => {
    const { page, complaints, close } = await panel.open(`/nodes/${fleet.failingId}`);
    const causes = card(page, 'Likely causes, likeliest first');
    await causes.getByText(/There is no file/).waitFor();
    const tested = page.waitForResponse(`**/api/v1/nodes/${fleet.failingId}/test`);
    await causes.getByRole('button', { name: 'Test again' }).click();
    expect(await (await tested).json()).toMatchObject({ ok: false });
    expect(complaints).toEqual([]);
    await close();
  });

  test('access is paused on all nodes and goes on; the fuse is set', async () => {
    const state = () => panel.ask<{ standstill: { reason: string } | null; limits: object }>('GET', 'access/state');
    const { page, complaints, close } = await panel.open(`/nodes/${fleet.readableId}`);
    const menu = page.getByRole('button', { name: 'More about access' });
    await pick(page, menu, 'Pause on all nodes');
    await toast(page, 'Access is changed nowhere.').waitFor();
    expect((await state()).standstill).toMatchObject({ reason: 'by-hand' });
    await pick(page, menu, 'Go on');
    await toast(page, 'Access is changed again.').waitFor();
    expect((await state()).standstill).toBeNull();
    await pick(page, menu, 'Fuse…');
    const form = page.getByRole('dialog', { name: 'Fuse…' });
    await form.getByLabel('Peers at once, at most').fill('7');
    await form.getByLabel('Percent of the owned peers, at most').fill('12');
    await form.getByRole('button', { name: 'Save' }).click();
    await toast(page, 'The fuse is set.').waitFor();
    expect((await state()).limits).toMatchObject({ most: 7, percent: 12 });
    expect(complaints).toEqual([]);
    await close();
  });

  test('its budget is told and changed', async () => {
    const { page, complaints, close } = await panel.open(`/nodes/${fleet.readableId}`);
    const budget = card(page, 'Provider’s budget');
    await budget.getByRole('button', { name: 'Tell the budget' }).click();
    const form = page.getByRole('dialog', { name: 'Tell the budget' });
    await form.getByLabel('Included, TB').fill('0,5');
    await form.getByRole('button', { name: 'Save' }).click();
    await budget.getByText('of 466').waitFor();
    await budget.getByRole('button', { name: 'Edit' }).click();
    await form.getByLabel('Included, TB').fill('2');
    await form.getByRole('button', { name: 'received', exact: true }).click();
    await form.getByRole('button', { name: 'Save' }).click();
    await budget.getByText('of 1.82').waitFor();
    expect(await panel.ask('GET', `nodes/${fleet.readableId}/budget`)).toMatchObject({ direction: 'in' });
    expect(complaints).toEqual([]);
    await close();
  });

  test('what its provider says is told, held against the network card, and taken back', async () => {
    const { page, complaints, close } = await panel.open(`/nodes/${fleet.readableId}`);
    const sums = card(page, 'Do the sums agree?');
    await sums.getByRole('button', { name: 'Provider’s figure…' }).click();
    const form = page.getByRole('dialog', { name: 'What the provider counted' });
    await form.getByLabel('First day').fill('2026-03-01');
    await form.getByLabel('Last day').fill('2026-02-01');
    await form.getByLabel('Carried').fill('812,5');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('The period ends before it begins.').waitFor();
    await form.getByLabel('Last day').fill('2026-03-31');
    await form.getByLabel('Note').fill('bill 17');
    await form.getByRole('button', { name: 'Save' }).click();
    const told = sums.locator('li', { hasText: 'bill 17' });
    await told.getByText('not known for all of these days').waitFor();
    type Read = { providerFigures: readonly object[] };
    const figures = async () =>
      (await panel.ask<Read>('GET', `nodes/${fleet.readableId}/reconciliation`)).providerFigures;
    expect(await figures()).toMatchObject([
      { firstDay: '2026-03-01', lastDay: '2026-03-31', direction: 'both', bytes: 812_500_000_000, note: 'bill 17' },
    ]);
    await told.getByRole('button', { name: 'Take back' }).click();
    await toast(page, 'The provider’s figure is taken back.').waitFor();
    await told.waitFor({ state: 'detached' });
    expect(await figures()).toEqual([]);
    expect(complaints.length).toBe(2);
    await close();
  });

  test('its sums are shown by day, and the speed of its link is told', async () => {
    await awayFromEnd('day', 20_000);
    const { page, complaints, close } = await panel.open(`/nodes/${fleet.readableId}`);
    const sums = card(page, 'Do the sums agree?');
    type Read = { days: readonly { counters: readonly { status: string }[] }[] };
    const read = await panel.ask<Read>('GET', `nodes/${fleet.readableId}/reconciliation?days=30`);
    const counters = read.days.flatMap((day) => day.counters);
    const perDay = counters.length;
    expect(perDay).toBeGreaterThan(0);
    const notCompared = counters.filter(({ status }) => status === 'unknown').length;
    expect(notCompared).toBeGreaterThan(0);
    await sums.getByRole('button', { name: 'By day' }).click();
    await expect.poll(() => sums.locator('tbody time').count()).toBe(perDay);
    // What is not known is no 0: of the peers, of the counter and of what nobody accounts for.
    await expect.poll(() => sums.locator('[title^="Not compared on that day"]').count()).toBe(3 * notCompared);
    await pick(page, page.locator('.uact').getByRole('button', { name: 'More', exact: true }), 'Edit');
    const speed = page.getByLabel('Speed of the link, Mbit/s');
    await speed.fill('fast');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => speed.getAttribute('aria-invalid')).toBe('true');
    await speed.fill('1000');
    await page.getByRole('button', { name: 'Save' }).click();
    await toast(page, 'Saved.').waitFor();
    expect(await panel.ask('GET', `nodes/${fleet.readableId}`)).toMatchObject({ linkMbit: 1000 });
    // Of what was refused.
    expect(complaints.length).toBe(2);
    await close();
  });

  test('is deleted, and what it carried stays', async () => {
    const counted = await total();
    const { page, complaints, close } = await panel.open(`/nodes/${fleet.readableId}`);
    await pick(page, page.locator('.uact').getByRole('button', { name: 'More', exact: true }), 'Delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete de-1' }).click();
    await toast(page, 'The node is deleted.').waitFor();
    await page.getByRole('heading', { name: 'Nodes', level: 1 }).waitFor();
    await page.getByRole('link', { name: /^fin-2/ }).waitFor();
    expect(await page.getByRole('link', { name: 'de-1' }).count()).toBe(0);
    expect(await total()).toEqual(counted);
    expect(complaints).toEqual([]);
    await close();
  });
});
