/*
 * Sources whose counters belong to connections (OpenVPN): whatever connects, moves bytes and ends, and whatever polls show
 * of it, what is booked is what was shown, and the meter's memory holds no more than what is there or was lately.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewNode } from '../../core/inventory/inventory-store.ts';
import type { PeerReading } from '../../core/metering/collector.ts';
import { directed } from '../../core/units/bytes.ts';
import type { NodeId } from '../../core/units/ids.ts';
import { ManualClock } from '../../core/units/testing.ts';
import { randomId } from '../../lib/random-id.ts';
import { Sqlite } from '../../lib/sqlite.ts';
import { openSqliteStore, type SqliteStore } from './sqlite-store.ts';

const SEMANTICS = { kind: 'session', falls: 'to-zero', absence: 'ended' } as const;
const NAMES = ['ada', 'bea'] as const;
const MINUTE = 60_000;
const DAY = 86_400_000;

interface Connection {
  readonly id: string;
  readonly name: string;
  readonly startedAt: Date;
  rx: bigint;
  tx: bigint;
  isOver: boolean;
  /** What a recorded poll showed last; null: none did. */
  shown: { rx: bigint; tx: bigint } | null;
  /** What it showed in the first complete poll. */
  base: { rx: bigint; tx: bigint };
}

/** A daemon with connections, its reader, and the ledger. */
class World {
  readonly clock = new ManualClock('2026-03-01T12:00:00Z');
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'xpert-sessions-'));
  readonly connections: Connection[] = [];
  #toldOver: { readonly connection: Connection; readonly untilMs: number }[] = [];
  store!: SqliteStore;
  #nodeId!: NodeId;
  #pid = 1;
  #next = 0;
  #isFirst = true;

  async open(): Promise<void> {
    const file = path.join(this.#folder, 'ledger.db');
    this.store = await openSqliteStore({
      ...{ path: file, clock: this.clock, newId: () => randomId(16), timeZone: 'UTC', workers: null },
    });
    const known = (await this.store.inventory.nodes())[0];
    const node: NewNode = {
      ...{ name: 'vpn1', description: '', source: { kind: 'openvpn', options: {} }, pollIntervalMs: 30_000 },
      ...{ opening: 'baseline', usersPolicy: 'none', createdAt: this.clock.now() },
    };
    this.#nodeId = (known ?? (await this.store.inventory.addNode(node))).id;
  }

  async reopen(): Promise<void> {
    await this.store.close();
    await this.open();
  }

  async dispose(): Promise<void> {
    await this.store.close();
    rmSync(this.#folder, { recursive: true });
  }

  get living(): Connection[] {
    return this.connections.filter(({ isOver }) => !isOver);
  }

  connect(name: string): Connection {
    const startedAt = this.clock.now();
    const connection = {
      ...{ id: `${this.#next++}@${startedAt.getTime()}`, name, startedAt },
      ...{ rx: 0n, tx: 0n, isOver: false, shown: null, base: { rx: 0n, tx: 0n } },
    };
    this.connections.push(connection);
    return connection;
  }

  /** `told`: the reader noticed the end, and with it the last value; it tells them for ten minutes. */
  disconnect(connection: Connection, told: boolean): void {
    connection.isOver = true;
    if (told) this.#toldOver.push({ connection, untilMs: this.clock.now().getTime() + 10 * MINUTE });
  }

  restart(): void {
    for (const connection of this.living) this.disconnect(connection, false);
    this.#pid += 1;
  }

  async poll(options: { readonly complete?: boolean; readonly lost?: boolean; readonly again?: Connection } = {}) {
    const { complete = true, lost = false, again } = options;
    if (lost) return;
    const shown = complete ? this.living : this.living.slice(0, 1);
    this.#toldOver = this.#toldOver.filter(({ untilMs }) => untilMs > this.clock.now().getTime());
    const told = this.#toldOver.map(({ connection }) => connection);
    const over = [...new Set([...told, ...(again === undefined ? [] : [again])])];
    for (const one of [...shown, ...over]) this.#note(one);
    const readings = [...shown.map((one) => reading(one, this.clock.now())), ...over.map(overReading)];
    await this.store.ledger.recordPoll({
      ...{ nodeId: this.#nodeId, semantics: SEMANTICS, opening: 'baseline', at: this.clock.now(), durationMs: 1 },
      clockSuspect: false,
      poll: {
        complete,
        services: [
          {
            identity: 'host:/run/openvpn.sock',
            kind: 'openvpn',
            name: 'openvpn',
            peers: readings,
            startEvidence: `${this.#pid}`,
          },
        ],
        notices: [],
      },
    });
    if (complete) this.#isFirst = false;
  }

  #note(one: Connection): void {
    if (this.#isFirst && one.shown === null) one.base = { rx: one.rx, tx: one.tx };
    one.shown = { rx: one.rx, tx: one.tx };
  }

  async booked(name: string): Promise<{ rx: bigint; tx: bigint }> {
    const { items } = await this.store.inventory.peers({ withEnded: true, limit: 100, cursor: null });
    const peer = items.find(({ key }) => key === name);
    const totals = peer === undefined ? [] : await this.store.history.peerTotals({ kind: 'all' }, [peer.id]);
    return totals.reduce((sum, { traffic }) => ({ rx: sum.rx + (traffic.rx ?? 0n), tx: sum.tx + (traffic.tx ?? 0n) }), {
      rx: 0n,
      tx: 0n,
    });
  }

  /** What recorded polls showed of all connections of a peer, beyond what was there before we watched. */
  shown(name: string): { rx: bigint; tx: bigint } {
    const sum = { rx: 0n, tx: 0n };
    for (const { name: whose, shown, base } of this.connections) {
      if (whose !== name || shown === null) continue;
      sum.rx += shown.rx - base.rx;
      sum.tx += shown.tx - base.tx;
    }
    return sum;
  }

  ask(sql: string): number {
    const db = new Sqlite(path.join(this.#folder, 'ledger.db'), { readonly: true });
    try {
      return Number(db.prepare(sql).pluck().get());
    } finally {
      db.close();
    }
  }
}

function reading(one: Connection, seenAt: Date): PeerReading {
  const { id, name, startedAt, rx, tx } = one;
  return { key: name, connection: id, traffic: directed(rx, tx), startedAt, lastHandshakeAt: seenAt };
}

function overReading({ id, name, startedAt, rx, tx }: Connection): PeerReading {
  return { key: name, connection: id, traffic: directed(rx, tx), startedAt, isOver: true };
}

let world: World;
beforeEach(async () => {
  world = new World();
  await world.open();
});
afterEach(async () => {
  await world.dispose();
});

describe('connections in the ledger', () => {
  it('one peer with several connections is one peer with the sum of them', async () => {
    await world.poll();
    const [first, second] = [world.connect('ada'), world.connect('ada')];
    [first.rx, first.tx, second.rx, second.tx] = [10n, 200n, 3n, 4n];
    world.clock.advance(30_000);
    await world.poll();
    expect(await world.booked('ada')).toEqual({ rx: 13n, tx: 204n });
    const { items } = await world.store.inventory.peers({ limit: 10, cursor: null });
    expect(items.map(({ key, endedAt }) => [key, endedAt])).toEqual([['ada', null]]);
  });

  it('what is told of a connection that ended between two polls counts, once, and its interval is named', async () => {
    await world.poll();
    const known = world.connect('ada');
    known.rx = 5n;
    world.clock.advance(30_000);
    await world.poll();
    const brief = world.connect('bea');
    [known.rx, known.tx, brief.rx, brief.tx] = [9n, 50n, 7n, 8n];
    world.disconnect(known, true);
    world.disconnect(brief, true);
    world.clock.advance(30_000);
    for (let again = 0; again < 3; again++) {
      await world.poll();
      expect(await world.booked('ada')).toEqual({ rx: 9n, tx: 50n });
      expect(await world.booked('bea')).toEqual({ rx: 7n, tx: 8n });
      expect(world.ask('SELECT count(*) FROM loss')).toBe(2);
      expect(world.ask('SELECT min(to_at - from_at) FROM loss')).toBe(30_000);
      world.clock.advance(30_000);
    }
  });

  it('a peer that is not connected is there all the same, last seen when it was', async () => {
    await world.poll();
    const connection = world.connect('ada');
    world.clock.advance(30_000);
    await world.poll();
    const lastSeen = world.clock.now();
    world.disconnect(connection, false);
    world.clock.advance(10 * MINUTE);
    await world.poll();
    const [peer] = (await world.store.inventory.peers({ limit: 10, cursor: null })).items;
    expect(peer).toMatchObject({ key: 'ada', endedAt: null, lastSeenAt: lastSeen });
    expect(world.ask('SELECT count(*) FROM loss')).toBe(1);
  });

  it('the counter table holds what is connected or was within a day; nothing that was booked goes', async () => {
    await world.poll();
    for (let day = 0; day < 5; day++) {
      for (let n = 0; n < 40; n++) world.connect(NAMES[n % 2] ?? '');
      for (const one of world.living) [one.rx, one.tx] = [1n, 2n];
      world.clock.advance(MINUTE);
      await world.poll();
      for (const [n, one] of world.living.entries()) world.disconnect(one, n % 3 === 0);
      world.clock.advance(MINUTE);
      await world.poll();
      world.clock.advance(DAY + MINUTE);
    }
    await world.poll();
    expect(world.connections).toHaveLength(200);
    expect(world.ask('SELECT count(*) FROM counter')).toBe(0);
    expect(world.ask('SELECT count(*) FROM evidence')).toBe(1);
    for (const name of NAMES) expect(await world.booked(name)).toEqual({ rx: 100n, tx: 200n });
  });

  it('intervals of ended connections are kept once, and go with the records of their time', async () => {
    await world.poll();
    for (let day = 0; day < 3; day++) {
      for (let n = 0; n < 10; n++) world.connect(NAMES[n % 2] ?? '');
      world.clock.advance(MINUTE);
      await world.poll();
      for (const one of world.living) world.disconnect(one, false);
      world.clock.advance(MINUTE);
      await world.poll();
      world.clock.advance(DAY);
    }
    // 5 connections of each of the two ended in the same minute.
    expect(world.ask('SELECT count(*) FROM loss')).toBe(3 * 2);
    const { ledger } = world.store;
    const { keepsFrom } = await ledger.previewCleanup(2);
    let steps = 0;
    while ((await ledger.cleanupStep(keepsFrom, 2)).remaining) steps++;
    expect(steps).toBe(2);
    const gone = 6 - Number(world.ask('SELECT count(*) FROM loss'));
    expect(gone).toBe(4);
    expect(world.ask(`SELECT count(*) FROM loss WHERE to_at < ${keepsFrom.getTime()}`)).toBe(0);
  });

  it('a connection of an hour ago that is shown once more is not counted again', async () => {
    await world.poll();
    const connection = world.connect('ada');
    connection.rx = 1000n;
    world.clock.advance(MINUTE);
    await world.poll();
    world.disconnect(connection, false);
    world.clock.advance(60 * MINUTE);
    await world.poll();
    await world.poll({ again: connection });
    expect(await world.booked('ada')).toEqual({ rx: 1000n, tx: 0n });
  });
});

describe('connections of a daemon that restarted', () => {
  it.each([true, false])('are not counted again when they are told once more (noticed before: %s)', async (told) => {
    await world.poll();
    const connection = world.connect('ada');
    [connection.rx, connection.tx] = [1000n, 30n];
    world.clock.advance(MINUTE);
    await world.poll();
    if (told) world.disconnect(connection, true);
    world.restart();
    world.clock.advance(MINUTE);
    await world.poll(told ? {} : { again: connection });
    expect(await world.booked('ada')).toEqual({ rx: 1000n, tx: 30n });
  });
});

type Step =
  | { readonly do: 'connect'; readonly name: number }
  | { readonly do: 'move'; readonly which: number; readonly rx: number; readonly tx: number }
  | { readonly do: 'end'; readonly which: number; readonly told: boolean }
  | { readonly do: 'poll'; readonly how: 'complete' | 'cut' | 'lost' }
  | { readonly do: 'again'; readonly which: number }
  | { readonly do: 'restart' }
  | { readonly do: 'reopen' }
  | { readonly do: 'wait'; readonly minutes: number };

const which = fc.nat(20);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('connect' as const), name: fc.nat(1) }) },
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('move' as const), which, rx: fc.nat(9999), tx: fc.nat(99) }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const), which, told: fc.boolean() }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('poll' as const),
        how: fc.constantFrom('complete' as const, 'complete' as const, 'cut' as const, 'lost' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const), which }) },
    { weight: 1, arbitrary: fc.constantFrom({ do: 'restart' as const }, { do: 'reopen' as const }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 20, 900) }) },
  ),
  { maxLength: 40, size: 'max' },
);

async function take(step: Step): Promise<void> {
  const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % Math.max(1, list.length)];
  world.clock.advance(1_000);
  if (step.do === 'wait') world.clock.advance(step.minutes * MINUTE);
  else if (step.do === 'connect') world.connect(NAMES[step.name] ?? '');
  else if (step.do === 'restart') world.restart();
  else if (step.do === 'reopen') await world.reopen();
  else if (step.do === 'poll') await world.poll({ complete: step.how !== 'cut', lost: step.how === 'lost' });
  else if (step.do === 'again') await pollAgain(pick(world.connections, step.which));
  else touch(pick(world.living, step.which), step);
}

function touch(connection: Connection | undefined, step: Step & { readonly do: 'end' | 'move' }): void {
  if (connection === undefined) return;
  if (step.do === 'end') world.disconnect(connection, step.told);
  else {
    connection.rx += BigInt(step.rx);
    connection.tx += BigInt(step.tx);
  }
}

/** A source that shows once more what was over: longer ago it cannot. */
async function pollAgain(old: Connection | undefined): Promise<void> {
  if (!old?.isOver || old.shown === null) return;
  if (world.clock.now().getTime() - old.startedAt.getTime() < DAY / 2) await world.poll({ again: old });
}

it('whatever connects, ends and is polled: booked is what was shown, and the memory stays small', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (story) => {
      await world.dispose();
      world = new World();
      await world.open();
      await world.poll();
      for (const step of story) {
        await take(step);
        if (step.do === 'poll' || step.do === 'again')
          for (const name of NAMES) expect(await world.booked(name)).toEqual(world.shown(name));
      }
      world.clock.advance(MINUTE);
      await world.poll();
      for (const name of NAMES) expect(await world.booked(name)).toEqual(world.shown(name));
      world.clock.advance(2 * DAY);
      await world.poll();
      expect(world.ask('SELECT count(*) FROM counter')).toBe(world.living.length);
    }),
    { numRuns: 25 },
  );
}, 120_000);
