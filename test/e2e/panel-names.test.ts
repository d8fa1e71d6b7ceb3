import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DESKTOP, overflowOf, PHONE, TABLET, untilLoaded } from '../support/browser.ts';
import { writeNodeFile } from '../support/node-file.ts';
import type { Place } from '../support/panel-places.ts';
import { TestPanel } from '../support/test-panel.ts';

const GIB = 1024 ** 3;
/** As long as a name may be, or nearly: in scripts of both directions, of wide letters, and without a place to break. */
const NAMES = {
  latin: `frankfurt-${'w'.repeat(40)}-number-1`,
  cyrillic: 'Александра Константинопольская-Преображенская-Вознесенская',
  persian: 'محمدرضا حسینی‌نژاد اصفهانی از شرکت پردازش داده‌های جهان',
  chinese: '法兰克福主服务器用于员工以及他们的手机和笔记本电脑的第一号超长名称'.repeat(2).slice(0, 60),
} as const;

let panel: TestPanel;
let places: Place[];

beforeAll(async () => {
  panel = await TestPanel.start('panel-names');
  for (const [key, name] of Object.entries(NAMES)) await addNode(key, name);
  const { items: nodes } = await panel.ask<{ items: { id: string; name: string }[] }>('GET', 'nodes');
  const { items: users } = await panel.ask<{ items: { id: string; name: string }[] }>('GET', 'users');
  places = [
    ...(['', 'users/', 'nodes/', 'services/', 'traffic/', 'alerts/', 'peers', 'links/'] as const).map(
      (path) => [path || 'overview', `/${path}`] as const,
    ),
    ...nodes.map(({ id, name }) => [name, `/nodes/${id}`] as const),
    ...users.map(({ id, name }) => [name, `/users/${id}`] as const),
  ];
});

afterAll(() => panel?.stop());

/** A node of this name that is read, and a user of the same who has used it; the Persian one is not read any more. */
async function addNode(key: string, name: string): Promise<void> {
  const path = join(panel.server.dataDir, `${key}.txt`);
  const write = (factor: number) =>
    writeNodeFile(path, [{ name: key, rx: factor * GIB, tx: 3 * factor * GIB }], factor * 1_000, key);
  write(1);
  const options = { transport: 'file', path };
  const { id: nodeId } = await panel.ask<{ id: string }>('POST', 'nodes', { name, kind: 'wireguard', options });
  const { id: userId } = await panel.ask<{ id: string }>('POST', 'users', { name, tags: ['paid'] });
  const { items } = await panel.ask<{ items: { id: string }[] }>('GET', `peers?node=${nodeId}`);
  await panel.ask('POST', 'peers/assign', { assignments: items.map(({ id: peerId }) => ({ peerId, userId })) });
  write(2);
  await panel.ask('POST', `nodes/${nodeId}/poll`, {});
  await panel.report(`${'t'.repeat(60)}-${key}`, { bytes_uploaded: GIB, bytes_downloaded: 2 * GIB });
}

/** Tables that scroll although their numbers could have stood in sight. Runs in the page, so it is text. */
const SCROLLING = `[...document.querySelectorAll('.tw')]
  .filter((box) => box.scrollWidth > box.clientWidth && box.querySelectorAll('.mx').length === 0)
  .map((box) => (box.closest('section')?.querySelector('h2')?.textContent ?? '') + ' scrolls')`;

async function faultsOf(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const viewport of [PHONE, TABLET, DESKTOP]) {
    await page.setViewportSize(viewport);
    await untilLoaded(page);
    const faults = [...(await overflowOf(page)), ...(await page.evaluate<string[]>(SCROLLING))];
    found.push(...faults.map((fault) => `${viewport.width} px: ${fault}`));
  }
  return found;
}

test.each(['en', 'fa'])(
  'however long names are, numbers keep their places in %s',
  async (language) => {
    const { page, complaints, close } = await panel.open('/', { locale: language, reducedMotion: 'reduce' });
    const found: string[] = [];
    for (const [name, path] of places) {
      await page.goto(`${panel.server.url}/#${path}`);
      found.push(...(await faultsOf(page)).map((fault) => `${name}, ${fault}`));
    }
    expect([...found, ...complaints]).toEqual([]);
    await close();
  },
  180_000,
);
