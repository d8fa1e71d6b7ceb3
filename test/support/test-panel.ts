import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { launchBrowser, openPage, type WatchedPage } from './browser.ts';
import { login, startServer, type TestServer, temporaryFolder } from './server.ts';
import { asOwner } from './small-fleet.ts';

const PATIENCE_MS = 15_000;

/** The built product and a browser beside it, for tests that press what somebody would press. */
export class TestPanel {
  private constructor(
    /** Another one after a test that stopped it. */
    public server: TestServer,
    readonly cookie: string,
    readonly browser: Browser,
    private readonly folder: { remove(): void },
  ) {}

  static async start(name: string, env: Readonly<Record<string, string>> = {}): Promise<TestPanel> {
    const folder = temporaryFolder(name);
    const server = await startServer({ dataDir: folder.path, env });
    return new TestPanel(server, await login(server), await launchBrowser(), folder);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    this.folder.remove();
  }

  /** Asks the API, as the owner. @throws if it refuses */
  ask<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    return asOwner<T>(this.server, this.cookie, method, `api/v1/${path}`, body);
  }

  /** Reports usage as a client would, with this token. */
  report(userToken: string, usage: Readonly<Record<string, unknown>>): Promise<unknown> {
    const carrier = { server: 'vpn.example.net', port: 443, protocol: 'vless' };
    const body = { user_token: userToken, ...carrier, ...usage };
    return asOwner(this.server, this.cookie, 'POST', 'api/xpert/traffic-webhook', body);
  }

  /** A page of the panel for the owner, or for whoever has this cookie. */
  async open(path: string, { cookie = this.cookie, ...options }: BrowserContextOptions & { cookie?: string } = {}) {
    const watched: WatchedPage = await openPage(this.browser, options);
    watched.page.setDefaultTimeout(PATIENCE_MS);
    const [name = '', value = ''] = cookie.split('=');
    await watched.page.context().addCookies([{ name, value, url: this.server.url }]);
    await watched.page.goto(`${this.server.url}/#${path}`);
    return watched;
  }
}

/** The newest message with these words. */
export function toast(page: Page, text: string): Locator {
  return page.locator('.toast', { hasText: text }).last();
}

/** The block with exactly this title. */
export function card(page: Page, title: string): Locator {
  return page.locator('section.card', { has: page.getByRole('heading', { name: title, exact: true }) });
}

/** Chooses from a menu that this button opens. */
export async function pick(page: Page, button: Locator, item: string): Promise<void> {
  await button.click();
  await page
    .getByRole('menuitem', { name: item, exact: true })
    .or(page.getByRole('menuitemradio', { name: item, exact: true }))
    .click();
}
