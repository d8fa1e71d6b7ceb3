import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page, Route } from 'playwright-core';
import { openPage, untilLoaded } from './browser.ts';
import type { Place } from './panel-places.ts';

const SCRIPT = readFileSync(join(import.meta.dirname, 'controls-in-page.js'), 'utf8');
/** A sheet over a menu over a sheet is as deep as it goes. */
const DEEPEST = 4;
/** Whatever a press does is seen at once; a machine that is busy may take longer, and only a fault takes all of it. */
const PATIENCE_MS = 10_000;
const REFUSAL = {
  ...{ type: 'about:blank', title: 'Refused', status: 409, code: 'refused', detail: 'Refused by this test.' },
  hint: 'Nothing was changed.',
};

/** What was pressed to come to a control, and the control last. */
type Way = readonly string[];

export interface Pressed {
  readonly count: number;
  /** One line each: the page, what was pressed, what was wrong, and where a picture of it is. */
  readonly faults: readonly string[];
}

/** How a page is looked at. */
export interface Look {
  readonly language: 'en' | 'ru' | 'fa' | 'zh';
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: 'light' | 'dark';
}

interface PressOptions extends Look {
  readonly url: string;
  /** Of the owner; absent: nobody is logged in. */
  readonly cookie?: string;
  /** Pages that are open side by side: most of the time is spent waiting. */
  readonly hands?: number;
}

/**
 * Presses everything that can be pressed on the pages, and in every menu and sheet that opens: each press has to show
 * something. The server refuses what would change it, so that each page stays as it is and each refusal has to be told.
 */
export async function pressEverything(
  browser: Browser,
  options: PressOptions,
  places: readonly Place[],
): Promise<Pressed> {
  const queue = [...places];
  const known = new Set<string>();
  const hands = Array.from({ length: options.hands ?? 1 }, () => pressWhile(browser, options, queue, known));
  const pressed = await Promise.all(hands);
  return {
    count: pressed.reduce((sum, { count }) => sum + count, 0),
    faults: pressed.flatMap(({ faults }) => faults),
  };
}

/** One hand: a page of its own, that takes one place after the other. */
async function pressWhile(
  browser: Browser,
  { url, cookie, language, viewport, colorScheme }: PressOptions,
  queue: Place[],
  known: Set<string>,
): Promise<Pressed> {
  const watched = await openPage(browser, { locale: language, viewport, colorScheme, reducedMotion: 'reduce' });
  const { page, complaints } = watched;
  await prepare(page, url, language, cookie);
  const outside = new Outside(page);
  const camera = new Camera(page);
  const faults: string[] = [];
  let count = 0;
  for (let place = queue.shift(); place; place = queue.shift()) {
    const [name, path] = place;
    const at = `${name}, ${language}, ${viewport.width} px, ${colorScheme}`;
    const tell = async (what: string) => faults.push(`${at}: ${what} (${await camera.take()})`);
    const walker = new Walker(page, `${url}/${path}`, known, outside, tell);
    await walker.walk();
    count += walker.count;
    // The browser says of itself what was refused here, and that there is nothing at an address.
    const others = complaints.splice(0).filter((line) => !/\b(409|404)\b/.test(line));
    faults.push(...others.map((line) => `${at}: complains: ${line}`));
  }
  await watched.close();
  return { count, faults };
}

async function prepare(page: Page, url: string, language: string, cookie: string | undefined): Promise<void> {
  const context = page.context();
  await context.grantPermissions(['clipboard-write']);
  if (cookie !== undefined) {
    const [name = '', value = ''] = cookie.split('=');
    await context.addCookies([{ name, value, url }]);
  }
  const content = `localStorage.clear(); localStorage.setItem('xpert.language', '${language}');`;
  await page.addInitScript({ content });
  await page.addInitScript({ content: SCRIPT });
  await page.route('**/api/v1/**', refuseChanges);
}

/** What only tests or previews goes through. */
function refuseChanges(route: Route): Promise<void> {
  const request = route.request();
  const isQuestion =
    /\/(nodes\/([^/]+\/)?test|preview)$/.test(request.url()) ||
    /"(dryRun|preview)":true/.test(request.postData() ?? '');
  if (request.method() === 'GET' || isQuestion) return route.continue();
  return route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify(REFUSAL) });
}

/** Counts what a press does that the page itself does not show: a file that comes, one that is asked for, another page. */
class Outside {
  count = 0;
  #wake = () => {};

  constructor(page: Page) {
    const happen = () => {
      this.count += 1;
      this.#wake();
    };
    page.on('download', happen).on('filechooser', happen);
    page.on('popup', (other) => {
      happen();
      void other.close().catch(() => {});
    });
  }

  /** As soon as more has happened than `before`. */
  async moreThan(before: number): Promise<true> {
    if (this.count > before) return true;
    return await new Promise((done) => {
      this.#wake = () => done(true);
    });
  }
}

/** Pictures of faults, in a folder that is made with the first one. */
class Camera {
  #folder: string | undefined;
  #count = 0;

  constructor(private readonly page: Page) {}

  async take(): Promise<string> {
    this.#folder ??= mkdtempSync(join(process.env.PICTURES ?? tmpdir(), 'xpert-panel-faults-'));
    this.#count += 1;
    const path = join(this.#folder, `${this.#count}.png`);
    return this.page.screenshot({ path }).then(
      () => path,
      () => 'no picture',
    );
  }
}

class Walker {
  count = 0;
  /** What there is to press, and theme and language, before anything was pressed. */
  #base: { readonly keys: string; readonly manner: string } | null = null;

  constructor(
    private readonly page: Page,
    private readonly address: string,
    /** What was pressed on other pages: menu and top bar are the same everywhere. */
    private readonly known: Set<string>,
    private readonly outside: Outside,
    private readonly tell: (fault: string) => Promise<unknown>,
  ) {}

  async walk(): Promise<void> {
    await this.#open();
    const ways: Way[] = await this.#newWays([]);
    for (let way = ways.shift(); way; way = ways.shift()) {
      if (await this.#come(way)) ways.unshift(...(await this.#press(way)));
    }
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

  /** Where the control is. A live page may have changed meanwhile: what is there instead has a name of its own. */
  async #come(way: Way): Promise<boolean> {
    if (JSON.stringify(await this.#state()) !== JSON.stringify(this.#base)) await this.#open();
    for (const key of way.slice(0, -1)) {
      if ((await this.#click(key)) !== true) break;
      await this.page.evaluate(`controls.hasChanged(${PATIENCE_MS})`);
      await untilLoaded(this.page);
    }
    return await this.page.evaluate<boolean>(`controls.isThere(${JSON.stringify(way.at(-1))})`);
  }

  async #click(key: string): Promise<string | true> {
    const aim = await this.page.evaluate<{ x: number; y: number; over: string | null } | null>(
      `controls.aim(${JSON.stringify(key)})`,
    );
    if (aim === null) return 'is gone';
    if (aim.over !== null) return `is covered by ${aim.over}`;
    await this.page.evaluate(`controls.remember(${JSON.stringify(key)})`);
    await this.page.mouse.click(aim.x, aim.y);
    // A page that was left was pressed.
    const hasLanded = await this.page.evaluate<boolean>('controls.hasLanded()').catch(() => true);
    return hasLanded || this.#click(key);
  }

  /** @returns ways to what the press has opened. */
  async #press(way: Way): Promise<Way[]> {
    const key = way.at(-1) ?? '';
    this.count += 1;
    const [layers, outside] = [await this.#layers(), this.outside.count];
    const clicked = await this.#click(key);
    if (clicked !== true) {
      await this.#fault(way, clicked);
      return [];
    }
    await this.#expectChange(way, outside);
    await untilLoaded(this.page);
    for (const fault of await this.page.evaluate<string[]>('controls.clipped()')) await this.#fault(way, fault);
    const opened = (await this.#layers()) > layers && way.length < DEEPEST ? await this.#newWays(way) : [];
    if (await this.page.evaluate<boolean>('controls.isSubmit()')) await this.#send(way);
    await this.#close(way, layers);
    return opened;
  }

  async #expectChange(way: Way, outside: number): Promise<void> {
    // A page that was left has changed.
    const inside = this.page.evaluate<boolean>(`controls.hasChanged(${PATIENCE_MS})`).catch(() => true);
    const changed = await Promise.race([inside, this.outside.moreThan(outside)]);
    if (!changed) await this.#fault(way, 'does nothing that can be seen');
  }

  /** A form that was empty said what is missing; filled in, the server's refusal is told. */
  async #send(way: Way): Promise<void> {
    const { count } = this.outside;
    if (!(await this.page.evaluate<boolean>('controls.sendFilled()'))) return;
    await this.#expectChange([...way, 'filled in'], count);
  }

  #layers(): Promise<number> {
    return this.page.evaluate<number>('controls.layers()');
  }

  /** Escape closes what was opened, and the focus is back where it was. */
  async #close(way: Way, before: number): Promise<void> {
    await this.page.evaluate('controls.dismiss()');
    const opened = await this.#layers();
    for (let open = opened; open > 0; ) {
      await this.page.keyboard.press('Escape');
      const now = await this.page.evaluate<number>(`controls.layersBut(${open}, ${PATIENCE_MS})`);
      if (now >= open) return await this.#fault(way, 'what it opened does not close with Escape');
      if (opened > before && now === before) await this.#expectFocus(way);
      open = now;
    }
  }

  async #expectFocus(way: Way): Promise<void> {
    const fault = await this.page.evaluate<string | null>('controls.focusFault()');
    if (fault !== null) await this.#fault(way, `after Escape ${fault}`);
  }

  async #fault(way: Way, what: string): Promise<void> {
    await this.tell(`${way.join(' → ')}: ${what}`);
  }
}
