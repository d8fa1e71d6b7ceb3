import { afterEach, describe, expect, test } from 'vitest';
import { ClockSkews } from '../../src/app/clock-skews.ts';
import type { Collector } from '../../src/core/metering/collector.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import { MarzbanClient } from '../../src/integrations/marzban/client.ts';
import { MarzbanCollector } from '../../src/integrations/marzban/collector.ts';
import { OutlineClient } from '../../src/integrations/outline/client.ts';
import { OutlineCollector } from '../../src/integrations/outline/collector.ts';
import { accessOf, parseOutlineOptions } from '../../src/integrations/outline/options.ts';
import { RemnawaveClient } from '../../src/integrations/remnawave/client.ts';
import { RemnawaveCollector } from '../../src/integrations/remnawave/collector.ts';
import { ThreeXuiCollector } from '../../src/integrations/three-x-ui/collector.ts';
import { ThreeXuiSession } from '../../src/integrations/three-x-ui/session.ts';
import { makeCertificate } from '../support/certificate.ts';
import { FakeMarzban } from '../support/fake-marzban.ts';
import { FakeOutline } from '../support/fake-outline.ts';
import { FakeRemnawave } from '../support/fake-remnawave.ts';
import { FakeThreeXui } from '../support/fake-three-x-ui.ts';
import type { FakeWeb } from '../support/fake-web.ts';

const ID = 'n1' as NodeId;
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

interface Panel {
  readonly web: FakeWeb;
  readonly collector: Collector;
}

const PANELS: Readonly<Record<string, () => Promise<Panel>>> = {
  async Marzban() {
    const panel = new FakeMarzban();
    const url = `http://127.0.0.1:${await panel.start()}/`;
    panel.users = [{ username: 'alice', lifetime: 5n, createdAt: '2026-02-01T00:00:00', onlineAt: null }];
    const { username, password, web } = panel;
    return {
      web,
      collector: new MarzbanCollector(
        new MarzbanClient({ url, username, password, privateAddress: true }),
        new URL(url),
      ),
    };
  },
  async Remnawave() {
    const panel = new FakeRemnawave();
    const url = `http://127.0.0.1:${await panel.start()}/`;
    panel.users = [{ username: 'alice', lifetime: 5n, createdAt: '2024-05-01T12:34:56.789Z', onlineAt: null }];
    panel.prepare();
    const { token, web } = panel;
    return {
      web,
      collector: new RemnawaveCollector(new RemnawaveClient({ url, token, privateAddress: true }), new URL(url)),
    };
  },
  async '3x-ui'() {
    const panel = new FakeThreeXui();
    const url = `http://127.0.0.1:${await panel.start()}${panel.basePath}/`;
    panel.clients = [{ email: 'alice', up: 5n, down: 6n }];
    const { token, web } = panel;
    return {
      web,
      collector: new ThreeXuiCollector(new ThreeXuiSession({ url, token, privateAddress: true }), new URL(url)),
    };
  },
  async Outline() {
    const certificate = makeCertificate();
    const server = new FakeOutline(certificate);
    const [management, metrics] = [await server.management.start(), await server.metrics.start()];
    open.push(() => server.metrics.close());
    const apiUrl = `https://127.0.0.1:${management}${server.secretPath}`;
    const access = JSON.stringify({ apiUrl, certSha256: certificate.sha256 });
    const options = parseOutlineOptions({
      access,
      metricsUrl: `http://127.0.0.1:${metrics}/metrics`,
      privateAddress: true,
    });
    server.keys = [{ id: '0', name: 'key 0', bytes: { rx: 5n, tx: 6n } }];
    const client = new OutlineClient(options, { monotonicMs: () => performance.now() });
    return { web: server.management, collector: new OutlineCollector(client, accessOf(options).apiUrl) };
  },
};

describe('the clock of a panel', () => {
  test.each(Object.entries(PANELS))('%s: is known from its answers, right or not', async (_, start) => {
    const { web, collector } = await start();
    open.push(
      () => web.close(),
      () => collector.close(),
    );
    const skewOf = async (aheadMs: number) => {
      const skews = new ClockSkews();
      for (let n = 0; n < 3; n++) {
        const startedAt = new Date();
        web.headers = aheadMs === 0 ? {} : { date: new Date(startedAt.getTime() + aheadMs).toUTCString() };
        const poll = await collector.collect(AbortSignal.timeout(10_000));
        expect(poll.complete).toBe(true);
        skews.polled(ID, poll, startedAt, new Date());
      }
      return skews.of(ID) ?? Number.NaN;
    };
    expect(await skewOf(0)).toBe(0);
    expect(Math.abs((await skewOf(90_000)) - 90_000)).toBeLessThan(5_000);
    expect(Math.abs((await skewOf(-90_000)) + 90_000)).toBeLessThan(5_000);
  });

  test('is not taken from an answer that a cache kept', async () => {
    const start = PANELS.Remnawave as () => Promise<Panel>;
    const { web, collector } = await start();
    open.push(
      () => web.close(),
      () => collector.close(),
    );
    web.headers = { age: '120' };
    expect((await collector.collect(AbortSignal.timeout(10_000))).sourceClock).toBeUndefined();
  });
});
