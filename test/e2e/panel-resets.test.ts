import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { awayFromEnd } from '../support/away-from-end.ts';
import { axeViolations } from '../support/browser.ts';
import { OWNER } from '../support/server.ts';
import { card, pick, TestPanel, toast } from '../support/test-panel.ts';

const GIB = 1024 ** 3;

let panel: TestPanel;
let ann: string;

/** Ann has used up what she may use. */
beforeAll(async () => {
  // Her month is not to end meanwhile.
  await awayFromEnd('day', 120_000);
  panel = await TestPanel.start('panel-resets');
  ann = (await panel.ask<{ id: string }>('POST', 'users', { name: 'ann', userToken: 'ann-token' })).id;
  await panel.ask('PUT', 'settings/trusted-servers', { servers: ['vpn.example.net'] });
  await panel.ask('PUT', 'users/ann/entitlement', { quota: 2 * GIB, cycle: 'month' });
  await panel.report('ann-token', { bytes_uploaded: GIB, bytes_downloaded: 2 * GIB });
}, 300_000);

afterAll(() => panel?.stop());

const becomes = (state: string) =>
  expect.poll(async () => (await panel.ask<{ state: string }>('GET', 'users/ann')).state).toBe(state);

interface Planned {
  readonly scope: string;
  readonly owner: string | null;
  readonly userNames: readonly string[];
  readonly cancelledAt: string | null;
}

const planned = async () => (await panel.ask<{ items: Planned[] }>('GET', 'scheduled-resets')).items;

async function planFor2099(page: Page, title: string): Promise<void> {
  const form = page.getByRole('dialog', { name: title });
  await form.getByLabel('Day and time').fill('2099-02-01T03:00');
  await form.getByRole('button', { name: 'Plan the reset' }).click();
  await form.waitFor({ state: 'detached' });
}

test('Reset All says first what goes back to 0 and whose access comes back', async () => {
  await becomes('limited');
  const { page, complaints, close } = await panel.open('/traffic/');
  await page.getByRole('button', { name: 'Reset All' }).click();
  const form = page.getByRole('dialog', { name: 'Reset everyone?' });
  await form.getByText('1 user, 3.00 GiB go back to 0. 1 cut-off user has access again.').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await form.getByRole('button', { name: 'Cancel' }).click();
  await becomes('limited');
  expect(complaints).toEqual([]);
  await close();
});

test('a reset of one user says what it did, and its undo, who is cut off by it, before it is done', async () => {
  const { page, complaints, close } = await panel.open(`/users/${ann}`);
  await page.getByRole('button', { name: 'Reset usage' }).click();
  await toast(page, 'ann starts from zero.')
    .getByText('1 user, 3.00 GiB go back to 0. 1 cut-off user has access again. Nothing was deleted.')
    .waitFor();
  await becomes('active');
  await page.locator('.lane').getByText('Reset of a user').first().waitFor();
  const mark = card(page, 'Timeline').locator('li', { hasText: 'Usage reset' });
  const form = page.getByRole('dialog', { name: 'Undo the reset?' });
  await mark.getByRole('button', { name: 'Undo' }).click();
  await form.getByText('1 user, 3.00 GiB count again. 1 user loses access: ann.').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await form.getByRole('button', { name: 'Cancel' }).click();
  await becomes('active');
  await mark.getByRole('button', { name: 'Undo' }).click();
  await form.getByRole('button', { name: 'Undo the reset' }).click();
  await toast(page, 'The reset is undone.').getByText('1 user loses access: ann.').waitFor();
  await becomes('limited');
  await mark.waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
  await close();
});

test('a reset is planned on the page of the user whom it is for, and cancelled there', async () => {
  const { page, complaints, close } = await panel.open(`/users/${ann}`);
  await pick(page, page.getByRole('button', { name: 'More', exact: true }), 'Plan a reset');
  await planFor2099(page, 'Reset of ann');
  const line = card(page, 'Planned resets').locator('li', { hasText: '2099' });
  await line.getByText('ann').waitFor();
  expect(await planned()).toMatchObject([{ scope: 'user', userNames: ['ann'], cancelledAt: null }]);
  await line.getByRole('button', { name: 'Cancel it' }).click();
  await line.waitFor({ state: 'detached' });
  expect((await planned())[0]?.cancelledAt).not.toBeNull();
  expect(complaints).toEqual([]);
  await close();
});

test('the owner plans one for all users of an admin', async () => {
  await panel.ask('POST', 'admins', { name: 'rita', role: 'reseller', password: OWNER.password });
  const { page, complaints, close } = await panel.open('/traffic/');
  await page.getByRole('button', { name: 'Reset All' }).click();
  await pick(page, page.getByRole('button', { name: /^Whose usage/ }), 'Users of rita');
  const form = page.getByRole('dialog', { name: 'Reset of the users of rita' });
  await form.getByText('No number changes by it.').waitFor();
  await form.getByRole('button', { name: 'At a time to come' }).click();
  await planFor2099(page, 'Reset of the users of rita');
  await card(page, 'Planned resets').locator('li', { hasText: '2099' }).getByText('users of rita').waitFor();
  expect((await planned())[0]).toMatchObject({ scope: 'owner', owner: 'rita', userNames: [] });
  expect(complaints).toEqual([]);
  await close();
});
