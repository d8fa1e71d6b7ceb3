import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { NodePoll } from '../../core/ledger/usage-ledger.ts';
import { ManualClock } from '../../core/units/testing.ts';
import { randomId } from '../../lib/random-id.ts';
import { beginIncarnation, inspectBackup } from './restore.ts';
import { openSqliteStore } from './sqlite-store.ts';
import { ENDED, reading } from './testing.ts';

it('a reading of a time of tracking that a restore took back is no base for counting after another pause', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'xpert-restored-'));
  const file = path.join(folder, 'ledger.db');
  const backup = path.join(folder, 'backup.db');
  const clock = new ManualClock();
  const newId = () => randomId(16);
  const open = () => openSqliteStore({ path: file, clock, newId, timeZone: 'UTC', workers: null });
  let store = await open();
  try {
    const source = { kind: 'wireguard', options: {} };
    const rest = { description: '', pollIntervalMs: 30_000, opening: 'baseline', usersPolicy: 'none' } as const;
    const node = await store.inventory.addNode({ name: 'north', source, createdAt: clock.now(), ...rest });
    const read = (rx: number, trackingPeriod: number): NodePoll => {
      clock.advance(60_000);
      const service = { identity: 'wg0', kind: 'wireguard', name: 'wg0', startEvidence: 'boot-1' };
      return {
        ...({ nodeId: node.id, semantics: ENDED, opening: 'baseline', at: clock.now(), durationMs: 5 } as const),
        ...{ clockSuspect: false, trackingPeriod },
        poll: { complete: true, services: [{ ...service, peers: [reading('a', rx)] }], notices: [] },
      };
    };
    const pause = async () => {
      await store.ledger.setTracking(false, null);
      clock.advance(60_000);
      return (await store.ledger.setTracking(true, null)).period;
    };
    const first = (await store.trackingState()).period;
    await store.ledger.recordPoll(read(100, first));
    await store.ledger.backup(backup);
    // An agent holds it until after the restore.
    const held = read(150, await pause());

    await store.close();
    copyFileSync(backup, file);
    for (const beside of ['-wal', '-shm']) rmSync(file + beside, { force: true });
    inspectBackup(file, backup);
    beginIncarnation(file, { newId, nowMs: clock.now().getTime() });
    store = await open();
    const now = await pause();
    expect(await store.ledger.recordPoll(held)).toMatchObject({ trackingOff: true });
    // What flowed while tracking was off in this life of the ledger, from 150 to 170, is not counted either.
    for (const rx of [170, 175]) await store.ledger.recordPoll(read(rx, now));
    expect((await store.history.summary(null, { kind: 'all' })).traffic.rx).toBe(5n);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
});
