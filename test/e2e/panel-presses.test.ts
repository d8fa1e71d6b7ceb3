import { afterAll, beforeAll, expect, test } from 'vitest';
import { DESKTOP, PHONE } from '../support/browser.ts';
import { fillPanel, type PanelPlaces } from '../support/panel-places.ts';
import { type Look, pressEverything } from '../support/press-everything.ts';
import { TestPanel } from '../support/test-panel.ts';

/** Every other page in the first, the rest in the second; `test/long/` has all pages in all of them. */
const LOOKS: readonly Look[] = [
  { language: 'en', viewport: DESKTOP, colorScheme: 'light' },
  { language: 'fa', viewport: PHONE, colorScheme: 'dark' },
];

let panel: TestPanel;
let places: PanelPlaces;

beforeAll(async () => {
  panel = await TestPanel.start('panel-presses', { XPERT_PUBLIC_SUMMARY: 'true' });
  places = await fillPanel(panel.server, panel.cookie);
});

afterAll(() => panel?.stop());

test('whatever is pressed in the panel, something is seen to happen', async () => {
  const pressed = await Promise.all(
    LOOKS.map((look, nth) => {
      const ours = places.panel.filter((_, index) => index % LOOKS.length === nth);
      return pressEverything(panel.browser, { ...look, url: panel.server.url, cookie: panel.cookie, hands: 3 }, ours);
    }),
  );
  expect(pressed.flatMap(({ faults }) => faults)).toEqual([]);
  for (const { count } of pressed) expect(count).toBeGreaterThan(80);
}, 900_000);

test('and on the pages that are open to everybody', async () => {
  const pressed = await Promise.all(
    LOOKS.map((look, nth) => {
      const ours = places.open.filter((_, index) => index % LOOKS.length === nth);
      return pressEverything(panel.browser, { ...look, url: panel.server.url }, ours);
    }),
  );
  expect(pressed.flatMap(({ faults }) => faults)).toEqual([]);
  expect(pressed.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(5);
}, 300_000);
