import { afterAll, beforeAll, expect, test } from 'vitest';
import { axeViolations, untilLoaded } from '../support/browser.ts';
import { OWNER } from '../support/server.ts';
import { fillSmallFleet } from '../support/small-fleet.ts';
import { TestPanel } from '../support/test-panel.ts';

let panel: TestPanel;

beforeAll(async () => {
  panel = await TestPanel.start('panel-plans');
  await fillSmallFleet(panel.server, panel.cookie);
});

afterAll(() => panel?.stop());

test('a quota is previewed and given, topped up and that undone; access is taken and given back', async () => {
  const { page, complaints, close } = await panel.open('/users/?q=ann');
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
  // The chart has what changed in its lane: all within a minute, so that they share a place.
  await page
    .locator('.lane li', { hasText: 'Own quota' })
    .getByText(/Suspended.*Has access/)
    .waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test('an empty list of the settings says when it could not be read again', async () => {
  const { page, close } = await panel.open('/settings/');
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
  const { page, complaints, close } = await panel.open('/settings/');
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
  await page.goto(`${panel.server.url}/#/users/?q=ann`);
  await expect.poll(() => page.locator('tbody tr', { hasText: 'ann' }).textContent()).toMatch(/\d\s*%/);
  await page.getByRole('button', { name: /^State/ }).click();
  await page.getByRole('menuitemradio', { name: 'Suspended' }).click();
  await page.getByText('Nobody matches').waitFor();
  expect(page.url()).toContain('state=suspended');
  expect(complaints).toEqual([]);
  await close();
});

test('what all users of a reseller may use together is set, seen and taken away', async () => {
  await panel.ask('POST', 'admins', { name: 'rita', role: 'reseller', password: OWNER.password });
  const { page, complaints, close } = await panel.open('/settings/');
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
  const { page, complaints, close } = await panel.open('/settings/');
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
  await page.goto(`${panel.server.url}/#/users/?create=true`);
  const creating = page.getByRole('dialog');
  await creating.getByLabel('Name', { exact: true }).fill('dora');
  await creating.getByRole('button', { name: /^Template/ }).click();
  await page.getByRole('menuitemradio', { name: 'trial' }).click();
  await creating.getByRole('button', { name: 'Create a user' }).click();
  await page.getByText('of 7.00 GiB').waitFor();
  await page.goto(`${panel.server.url}/#/settings/`);
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
  const path = 'user-templates/fine';
  const quotas = [{ name: 'eu', bytes: 2 ** 30 + 1, nodeTags: ['eu'], direction: 'max' }, { bytes: 2 ** 33 }];
  const terms = { cycle: 'days:45', quotas, validDays: 60, graceHours: 5 };
  await panel.ask('PUT', path, { entitlement: { terms }, tags: ['old'] });
  const { page, close } = await panel.open('/settings/');
  await page.getByRole('button', { name: 'Change the template fine' }).click();
  const second = page.getByRole('group', { name: 'Quota 2' });
  expect(await second.getByLabel('Quota, GiB').inputValue()).toBe('8');
  await page.getByLabel('Tags', { exact: true }).fill('new');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('.toast', { hasText: 'is saved' }).waitFor();
  const { items } = await panel.ask<{ items: object[] }>('GET', 'user-templates');
  expect(items).toContainEqual(expect.objectContaining({ name: 'fine', tags: ['new'] }));
  expect(items[0]).toMatchObject({ name: 'fine', entitlement: { terms } });
  await panel.ask('DELETE', path);
  await close();
});

test('quotas of parts are added to a plan and taken away, with all that terms can say', async () => {
  const wanted = { cycle: 'month:1', quotas: [{ bytes: 2 ** 40 }] };
  const plan = await panel.ask<{ id: string }>('POST', 'plans', {
    name: 'Parts',
    terms: wanted,
  });
  await panel.ask('PUT', 'users/ann/entitlement', { plan: 'Parts' });
  const { page, complaints, close } = await panel.open('/settings/');
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
  const terms = async () => (await panel.ask<{ terms: object }>('GET', `plans/${plan.id}`)).terms;
  const ofVless = { name: 'vless', bytes: 2 ** 29, protocols: ['vless'], direction: 'up', nodeTags: null };
  expect(await terms()).toMatchObject({ graceHours: 6, quotas: [{ name: 'all', bytes: 2 ** 40 }, ofVless] });
  await page.getByRole('button', { name: 'Change the plan Parts' }).click();
  await form.getByRole('button', { name: 'Take away: Quota 1' }).click();
  await form.getByRole('button', { name: 'Save' }).click();
  await expect.poll(terms).toMatchObject({ quotas: [ofVless] });
  await panel.ask('PUT', 'users/ann/entitlement', { plan: null });
  await panel.ask('DELETE', `plans/${plan.id}`);
  expect(complaints).toEqual([]);
  await close();
});

test('a user waits for the first use, gets a next plan that can be taken away, and an end', async () => {
  await panel.ask('POST', 'plans', { name: 'Later', terms: { quotas: [{ bytes: 2 ** 40 }] } });
  const { id } = await panel.ask<{ id: string }>('POST', 'users', { name: 'wanda' });
  const { page, complaints, close } = await panel.open(`/users/${id}`);
  const open = async () => {
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Quota or plan…' }).click();
  };
  const entitlement = () =>
    panel.ask<{ nextPlan: { name: string } | null; startedAt: string | null; expiresAt: string | null }>(
      'GET',
      `users/${id}/entitlement`,
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
  await panel.ask('PUT', `users/${id}/entitlement`, { begins: 'now' });
  await page.locator('.st.pill', { hasText: 'On hold' }).waitFor({ state: 'detached' });
  await form.getByRole('button', { name: 'Save' }).click();
  const changed = { terms: { quotas: [{ bytes: 4 * 2 ** 30 }] }, startedAt: expect.any(String) };
  await expect.poll(entitlement).toMatchObject(changed);
  await panel.ask('DELETE', `users/${id}`);
  expect(complaints).toEqual([]);
  await close();
});
