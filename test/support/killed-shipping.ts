import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { DAY_MS } from '../../src/core/units/time-zone.ts';
import type { MirroredWorld } from './mirrored-world.ts';
import { startServer, temporaryFolder } from './server.ts';

const REPORTS = 40;

/** Of a day that is over: what comes of it goes to the mirror. Whoever answers, and whether, is all the same. */
export async function sendLate(url: string, n: number): Promise<void> {
  const end = new Date(Date.now() - (1 + (n % 20)) * DAY_MS);
  const period = { period_start: new Date(end.getTime() - DAY_MS).toISOString(), period_end: end.toISOString() };
  const fields = { user_token: `user-${n % 5}`, server: 'vpn.example.com', port: 443, protocol: 'vless' };
  // So many that both days of the period have some, also a minute after midnight.
  const bytes = { bytes_uploaded: 1_000_000 + n, bytes_downloaded: 2_000_001 + 2 * n };
  const body = { ...fields, ...period, event_id: `late-${n}`, ...bytes };
  await fetch(`${url}/api/xpert/traffic-webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => null);
}

/** Until the mirror of a server that runs has all days that are over. @returns how many rows they have on either side */
export async function untilMirrored(world: MirroredWorld): Promise<number> {
  const today = Math.floor(Date.now() / DAY_MS);
  const isDone = () =>
    world.sql(`SELECT filled_day >= ${today - 2} AND shipped = sealed AND shipped > 0
      AND NOT EXISTS (SELECT 1 FROM xpert.history_outbox) FROM xpert.history_mirror`) === 't';
  for (let tries = 0; !isDone(); tries++) {
    if (tries === 600) throw new Error('the mirror does not get what was reported');
    await delay(100);
  }
  const next = Number(world.sql('SELECT filled_day FROM xpert.history_mirror')) + 1;
  for (let tries = 0; ; tries++) {
    try {
      return await world.compareDays(next);
    } catch (error) {
      // Replicas have to tell one another.
      if (tries === 100) throw error;
      await delay(100);
    }
  }
}

/** A server of its own on this world's ledger is killed while it ships, again and again; the world is closed. */
export async function killedWhileItShips(world: MirroredWorld, rounds: number): Promise<void> {
  const dataDir = temporaryFolder('mirrored-server');
  try {
    for (let round = 0; round < rounds; round++) {
      const server = await startServer({ dataDir: dataDir.path, env: world.env });
      const sending = (async () => {
        for (let n = 0; n < REPORTS; n++) await sendLate(server.url, round * REPORTS + n);
      })();
      await delay(300 + 700 * round);
      await server.kill();
      await sending;
    }
    const server = await startServer({ dataDir: dataDir.path, env: world.env });
    try {
      await sendLate(server.url, 999);
      expect(await untilMirrored(world)).toBeGreaterThan(20);
    } finally {
      expect(await server.stop()).toBe(0);
    }
  } finally {
    dataDir.remove();
  }
}
