import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, overflowOf } from '../support/browser.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

/** What A4 leaves beside the margins of the page, 16 mm each. */
const PAPER = { width: Math.floor(((210 - 2 * 16) / 25.4) * 96), height: 1000 };
const MILLIMETRES_PER_POINT = 25.4 / 72;

let server: HttpTestServer;
let browser: Browser;
let owner: string;
let id: string;

beforeAll(async () => {
  server = await startHttp();
  browser = await launchBrowser();
  owner = await server.token('owner', ['admin']);
  const name = `A rather long name of somebody ${'w'.repeat(30)}`;
  id = (await ask('POST', '/api/v1/users', { name, userToken: 'ann' })).json().id;
  for (let day = 1; day <= 10; day++) {
    for (const place of [`vpn-${day}.a-long-name-of-a-server.example.com`, 'vpn.com']) await report(place, day);
  }
  await ask('POST', '/api/v1/resets', { scope: 'user', userIds: [id], reason: 'paid for the month, '.repeat(8) });
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const ask = (method: 'GET' | 'POST', url: string, body?: unknown) =>
  server.request(method, url, { token: owner, ...(body === undefined ? {} : { body }) });

async function report(server_: string, day: number): Promise<void> {
  const bytes = { bytes_uploaded: 2 ** 43 - day, bytes_downloaded: 1_048_576 * day };
  const period_end = `2026-03-${String(day).padStart(2, '0')}T08:00:00Z`;
  const body = { user_token: 'ann', server: server_, port: 443, protocol: 'vless', ...bytes, period_end };
  const answer = await server.request('POST', '/api/xpert/traffic-webhook', { body });
  expect(answer.statusCode).toBe(200);
}

describe.each(['month:1', 'jalali-month:1'])('a statement of a cycle %s, printed', (cycle) => {
  test.each(['en', 'ru', 'fa', 'zh'])('in %s is A4, cut nowhere, on three pages at most', async (lang) => {
    const { statusCode, body } = await ask('GET', `/api/v1/users/${id}/statement?lang=${lang}&cycle=${cycle}`);
    expect(statusCode, body).toBe(200);
    const page = await browser.newPage({ viewport: PAPER });
    try {
      await page.setContent(body);
      await page.emulateMedia({ media: 'print' });
      expect(await overflowOf(page)).toEqual([]);
      // Nothing of the screen's frame, and bars that ink shows.
      expect(await page.evaluate<string>('getComputedStyle(document.body).backgroundImage')).toBe('none');
      expect(await page.evaluate<string>('getComputedStyle(document.querySelector("main")).borderTopWidth')).toBe(
        '0px',
      );
      const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
      const sizes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
      const millimetres = sizes.map(([, ...sides]) =>
        sides.map((side) => Math.round(Number(side) * MILLIMETRES_PER_POINT)),
      );
      expect(millimetres.length).toBeGreaterThan(0);
      expect(millimetres.length).toBeLessThanOrEqual(3);
      for (const size of millimetres) expect(size).toEqual([210, 297]);
    } finally {
      await page.close();
    }
  });
});
