import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page, Route } from 'playwright-core';
import { untilLoaded, type WatchedPage } from './browser.ts';
import type { Place } from './panel-places.ts';

const SCRIPT = readFileSync(join(import.meta.dirname, 'controls-in-page.js'), 'utf8');
/** A sheet over a menu over a sheet is as deep as it goes. */
const DEEPEST = 4;
/** What a press does is seen within this time, or nobody would wait for it. */
const PATIENCE_MS = 2_000;
const REFUSAL = {
  ...{ type: 'about:blank', title: 'Refused', status: 409, code: 'refused', detail: 'Refused by this test.' },
  hint: 'Nothing was changed.',
};

/** What was pressed to come to a control, and the control last. */
type Way = readonly string[];

export interface Pressed {
  readonly count: number;
  /** One line each: where, what was pressed, what was wrong. */
  readonly faults: readonly string[];
}

/**
 * Presses everything that can be pressed on the pages, and in every menu and sheet that opens: each press has to show
 * something. The server refuses what would change it, so that each page stays as it is and each refusal has to be told.
 */
export async function pressEverything(watched: WatchedPage, url: string, places: readonly Place[]): Promise<Pressed> {
  const { page } = watched;
  await page.addInitScript({ content: SCRIPT });
  await page.route('**/api/v1/**', refuseChanges);
  let elsewhere = 0;
  const goElsewhere = () => {
    elsewhere += 1;
  };
  page.on('download', goElsewhere).on('popup', goElsewhere).on('filechooser', goElsewhere);
  const faults: string[] = [];
  const known = new Set<string>();
  let count = 0;
  for (const [name, path] of places) {
    const walker = new Walker(page, `${url}/${path}`, known, () => elsewhere);
    const found = await walker.walk();
    count += walker.count;
    faults.push(...found.map((fault) => `${name}: ${fault}`));
    faults.push(
      ...watched.complaints
        .splice(0)
        .filter(isNotARefusal)
        .map((line) => `${name}: complains: ${line}`),
    );
  }
  return { count, faults };
}

function isNotARefusal(complaint: string): boolean {
  return !/\b409\b/.test(complaint);
}

/** What only tests or previews goes through. */
function refuseChanges(route: Route): Promise<void> {
  const request = route.request();
  const isQuestion =
    /\/(nodes\/test|preview)$/.test(request.url()) || request.postData()?.includes('"dryRun":true') === true;
  if (request.method() === 'GET' || isQuestion) return route.continue();
  return route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify(REFUSAL) });
}

class Walker {
  count = 0;
  readonly #faults: string[] = [];
  /** What there is to press, and theme and language, before anything was pressed. */
  #base: { readonly keys: string; readonly manner: string } | null = null;

  constructor(
    private readonly page: Page,
    private readonly address: string,
    /** What was pressed on other pages: menu and top bar are the same everywhere. */
    private readonly known: Set<string>,
    private readonly elsewhere: () => number,
  ) {}

  async walk(): Promise<readonly string[]> {
    await this.#open();
    const ways: Way[] = await this.#newWays([]);
    for (let way = ways.shift(); way; way = ways.shift()) {
      if (await this.#come(way)) ways.unshift(...(await this.#press(way)));
    }
    return this.#faults;
  }

  async #newWays(way: Way): Promise<Way[]> {
    const keys = await this.page.evaluate<string[]>('controls.keys()');
    const fresh = keys.filter((key) => !this.known.has(key));
    for (const key of fresh) this.known.add(key);
    return fresh.map((key) => [...way, key]);
  }

  /** The page as it is when somebody comes to it: by way of another one, as the same address does not load anew. */
  async #open(): Promise<void> {
    const isChanged = this.#base !== null && this.#base.manner !== (await this.#state()).manner;
    if (this.page.url().includes('#/')) await this.page.evaluate("location.hash = '#/nowhere'");
    if (isChanged) await this.page.reload();
    await this.page.goto(this.address);
    await untilLoaded(this.page);
    this.#base = await this.#state();
  }

  async #state(): Promise<{ readonly keys: string; readonly manner: string }> {
    const [keys = '', manner = ''] = await this.page.evaluate<string[]>(
      "[controls.keys().join('\\n'), controls.manner()]",
    );
    return { keys, manner };
  }

  async #come(way: Way): Promise<boolean> {
    if (JSON.stringify(await this.#state()) !== JSON.stringify(this.#base)) await this.#open();
    for (const key of way.slice(0, -1)) {
      if ((await this.#click(key)) !== true) break;
      await this.page.evaluate(`controls.hasChanged(${PATIENCE_MS})`);
      await untilLoaded(this.page);
    }
    const isThere = await this.page.evaluate<boolean>(`controls.isThere(${JSON.stringify(way.at(-1))})`);
    // A live page has changed meanwhile: what is there instead has a name of its own.
    return isThere;
  }

  async #click(key: string): Promise<string | true> {
    const aim = await this.page.evaluate<{ x: number; y: number; over: string | null } | null>(
      `controls.aim(${JSON.stringify(key)})`,
    );
    if (aim === null) return 'is gone';
    if (aim.over !== null) return `is covered by ${aim.over}`;
    await this.page.evaluate(`controls.remember(${JSON.stringify(key)})`);
    await this.page.mouse.click(aim.x, aim.y);
    return true;
  }

  /** @returns ways to what the press has opened. */
  async #press(way: Way): Promise<Way[]> {
    const key = way.at(-1) ?? '';
    this.count += 1;
    const [layers, left] = [await this.#layers(), this.elsewhere()];
    const clicked = await this.#click(key);
    if (clicked !== true) {
      this.#fault(way, clicked);
      return [];
    }
    await this.#expectChange(way, left);
    await untilLoaded(this.page);
    for (const fault of await this.page.evaluate<string[]>('controls.clipped()')) this.#fault(way, fault);
    const opened = (await this.#layers()) > layers && way.length < DEEPEST ? await this.#newWays(way) : [];
    if (await this.page.evaluate<boolean>('controls.isSubmit()')) await this.#send(way);
    await this.#close(way, layers);
    return opened;
  }

  async #expectChange(way: Way, left: number): Promise<void> {
    const changed = await this.page.evaluate<boolean>(`controls.hasChanged(${PATIENCE_MS})`).catch(() => true);
    if (!changed && this.elsewhere() === left) this.#fault(way, 'does nothing that can be seen');
  }

  /** A form that was empty said what is missing; filled in, the server's refusal is told. */
  async #send(way: Way): Promise<void> {
    const left = this.elsewhere();
    await this.page.evaluate('controls.sendFilled()');
    await this.#expectChange([...way, 'filled in'], left);
  }

  #layers(): Promise<number> {
    return this.page.evaluate<number>('controls.layers()');
  }

  /** Escape closes what was opened, and the focus is back where it was. */
  async #close(way: Way, before: number): Promise<void> {
    await this.page.evaluate('controls.dismiss()');
    let open = await this.#layers();
    if (open === 0) return;
    const isOwn = open > before;
    for (let left = 6; open > 0 && left > 0; left--) {
      await this.page.keyboard.press('Escape');
      await this.page.waitForTimeout(20);
      const now = await this.#layers();
      if (isOwn && now === before && open > now) await this.#expectFocus(way);
      open = now;
    }
    if (open > 0) this.#fault(way, 'what it opened does not close with Escape');
  }

  async #expectFocus(way: Way): Promise<void> {
    const fault = await this.page.evaluate<string | null>('controls.focusFault()');
    if (fault !== null) this.#fault(way, `after Escape ${fault}`);
  }

  #fault(way: Way, what: string): void {
    this.#faults.push(`${way.join(' → ')}: ${what}`);
  }
}
