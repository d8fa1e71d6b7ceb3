import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DESKTOP, PHONE, TABLET } from '../support/browser.ts';
import { fillPanel, type PanelPlaces } from '../support/panel-places.ts';
import { pressEverything } from '../support/press-everything.ts';
import { TestPanel } from '../support/test-panel.ts';

let panel: TestPanel;
let places: PanelPlaces;

beforeAll(async () => {
  panel = await TestPanel.start('panel-presses', { XPERT_PUBLIC_SUMMARY: 'true' });
  places = await fillPanel(panel.server, panel.cookie);
});

afterAll(() => panel?.stop());

/** All that `test/e2e/panel-presses.test.ts` does with one page in one look. */
describe.each(['en', 'fa', 'ru', 'zh'] as const)('whatever is pressed, in %s', (language) => {
  describe.each([PHONE, TABLET, DESKTOP])('at $width px', (viewport) => {
    test.each(['light', 'dark'] as const)(
      'something is seen to happen, %s',
      async (colorScheme) => {
        const { browser, cookie, server } = panel;
        const look = { language, viewport, colorScheme, url: server.url };
        const behind = await pressEverything(browser, { ...look, cookie }, places.panel);
        const open = await pressEverything(browser, look, places.open);
        expect([...behind.faults, ...open.faults]).toEqual([]);
        expect(behind.count).toBeGreaterThan(150);
      },
      900_000,
    );
  });
});
