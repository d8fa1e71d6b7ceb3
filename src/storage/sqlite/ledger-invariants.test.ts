import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { NewNode, NewUser } from '../../core/inventory/inventory-store.ts';
import type { UsageReport } from '../../core/ledger/report.ts';
import type { NodeId, PeerId, ResetId, UserId } from '../../core/units/ids.ts';
import { ManualClock } from '../../core/units/testing.ts';
import { randomId } from '../../lib/random-id.ts';
import { Sqlite } from '../../lib/sqlite.ts';
import { openSqliteStore, type SqliteStore } from './sqlite-store.ts';

/*
 * Whatever is done to a ledger in whatever order: its tables agree with each other, and what is shown is what a plain
 * list of bookings would show.
 */

const USERS = ['ada', 'bea', 'cleo'] as const;
const TOKENS = ['ada-token', 'bea-token', 'cleo-token', 'ghost'] as const;
const PEERS = ['p1', 'p2', 'p3'] as const;

type Step =
  | {
      readonly do: 'report';
      readonly token: number;
      readonly bytes: number;
      readonly agoMinutes: number;
      readonly port: number;
    }
  | { readonly do: 'flood'; readonly bytes: number }
  | { readonly do: 'poll'; readonly growth: readonly number[]; readonly without: number; readonly restart: boolean }
  | { readonly do: 'reset'; readonly users: readonly number[] }
  | { readonly do: 'undo'; readonly which: number }
  | { readonly do: 'assign'; readonly peer: number; readonly user: number | null }
  | { readonly do: 'add-user' | 'delete-user'; readonly user: number }
  | { readonly do: 'reopen' | 'look' }
  | { readonly do: 'wait'; readonly minutes: number };

const index = fc.nat(2);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('report' as const),
        token: fc.nat(3),
        bytes: fc.integer({ min: 1, max: 1000 }),
        agoMinutes: fc.constantFrom(0, 0, 0, 20, 90, 3000),
        port: fc.constantFrom(443, 8443),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('flood' as const), bytes: fc.integer({ min: 1, max: 9 }) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('poll' as const),
        growth: fc.array(fc.nat(500), { minLength: 3, maxLength: 3 }),
        without: fc.nat(8),
        restart: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('reset' as const), users: fc.uniqueArray(index) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('undo' as const), which: fc.nat(5) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('assign' as const), peer: index, user: fc.option(index) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('add-user' as const, 'delete-user' as const), user: index }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('reopen' as const, 'look' as const) }) },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 7, 16, 61, 700) }),
    },
  ),
  { maxLength: 40, size: 'max' },
);

/** A ledger, and beside it what it was told. */
class Ledger {
  readonly clock = new ManualClock('2026-03-01T12:00:00Z');
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'xpert-invariants-'));
  readonly #users = new Map<string, UserId>();
  readonly #resets: ResetId[] = [];
  readonly #counters = new Map<string, number>(PEERS.map((key) => [key, 0]));
  #boot = 1;
  #node: NodeId | null = null;
  sent = 0n;
  metered = 0n;
  store: SqliteStore | null = null;

  get path(): string {
    return path.join(this.#folder, 'ledger.db');
  }

  async open(): Promise<SqliteStore> {
    const options = { path: this.path, clock: this.clock, timeZone: 'Europe/Berlin', workers: null };
    this.store ??= await openSqliteStore({ ...options, newId: () => randomId(16) });
    return this.store;
  }

  async dispose(): Promise<void> {
    await this.store?.close();
    rmSync(this.#folder, { recursive: true });
  }

  async take(step: Step): Promise<void> {
    const store = await this.open();
    if (step.do === 'wait') this.clock.advance(step.minutes * 60_000);
    else if (step.do === 'report') await this.#report(store, step);
    else if (step.do === 'flood') await this.#flood(store, step.bytes);
    else if (step.do === 'poll') await this.#poll(store, step);
    else if (step.do === 'reset') await this.#reset(store, step.users);
    else if (step.do === 'undo') await this.#undo(store, step.which);
    else if (step.do === 'assign') await this.#assign(store, step.peer, step.user);
    else if (step.do === 'add-user') await this.#addUser(store, step.user);
    else if (step.do === 'delete-user') await this.#deleteUser(store, step.user);
    else if (step.do === 'look') await store.history.topHolders(this.month(), 3, { kind: 'all' });
    else {
      await store.close();
      this.store = null;
    }
  }

  month() {
    const to = new Date(this.clock.now().getTime() + 1);
    return { from: new Date(to.getTime() - 29 * 86_400_000), to };
  }

  async #report(store: SqliteStore, step: Step & { do: 'report' }): Promise<void> {
    const at = this.clock.now().getTime() - step.agoMinutes * 60_000;
    const period = step.agoMinutes === 0 ? {} : { periodStart: new Date(at - 25 * 60_000), periodEnd: new Date(at) };
    const token = TOKENS[step.token] ?? 'ghost';
    await store.ledger.recordReports(sender, [report(token, step.bytes, { port: step.port, ...period })]);
    this.sent += BigInt(3 * step.bytes);
  }

  /** Enough at once to go through the inbox. */
  async #flood(store: SqliteStore, bytes: number): Promise<void> {
    const batch = Array.from({ length: 60 }, (_, i) => report(TOKENS[i % 4] ?? 'ghost', bytes + (i % 7)));
    for (const { rx, tx } of batch) this.sent += rx + tx;
    await Promise.all([
      store.ledger.recordReports(sender, batch.slice(0, 40)),
      store.ledger.recordReports(sender, batch.slice(40)),
    ]);
  }

  async #poll(store: SqliteStore, { growth, without, restart }: Step & { do: 'poll' }): Promise<void> {
    this.#node ??= (await store.inventory.addNode(node)).id;
    if (restart) {
      this.#boot++;
      for (const key of PEERS) this.#counters.set(key, 0);
    }
    PEERS.forEach((key, i) => {
      this.#counters.set(key, (this.#counters.get(key) ?? 0) + (growth[i] ?? 0));
    });
    const shown = PEERS.filter((_, i) => i !== without);
    // What is not shown ends, and begins at 0 when it comes back.
    for (const key of PEERS) if (!shown.includes(key)) this.#counters.set(key, 0);
    const peers = shown.map((key) => {
      const rx = BigInt(this.#counters.get(key) ?? 0);
      return { key, traffic: { rx, tx: 2n * rx, total: 3n * rx } };
    });
    const booked = await store.ledger.recordPoll({
      nodeId: this.#node,
      at: this.clock.now(),
      semantics: { kind: 'cumulative', falls: 'to-zero', absence: 'ended' },
      opening: 'baseline',
      durationMs: 1,
      clockSuspect: false,
      poll: {
        complete: true,
        notices: [],
        services: [{ identity: 'wg', kind: 'wireguard', name: 'wg0', startEvidence: `boot-${this.#boot}`, peers }],
      },
    });
    for (const { counted } of booked.services) this.metered += counted.total;
  }

  async #reset(store: SqliteStore, users: readonly number[]): Promise<void> {
    const userIds = users.flatMap((user) => this.#users.get(USERS[user] ?? '') ?? []);
    const scope = users.length === 0 ? 'all' : 'user';
    if (scope === 'user' && userIds.length === 0) return;
    const { id } = await store.ledger.reset({ scope, userIds, by: null, reason: null });
    this.#resets.push(id);
  }

  async #undo(store: SqliteStore, which: number): Promise<void> {
    const id = this.#resets[which % Math.max(1, this.#resets.length)];
    if (id !== undefined) await store.ledger.undoReset(id, null).catch(expectCode('already-undone'));
  }

  async #assign(store: SqliteStore, peer: number, user: number | null): Promise<void> {
    const found = await store.inventory.findPeer(PEERS[peer] ?? '');
    const userId = user === null ? null : (this.#users.get(USERS[user] ?? '') ?? null);
    if (found === null) return;
    const assignment = { peerId: found.id as PeerId, userId, from: this.clock.now(), countInCycle: false };
    await store.inventory.assignPeers([assignment]);
  }

  async #addUser(store: SqliteStore, user: number): Promise<void> {
    const name = USERS[user] ?? '';
    if (this.#users.has(name)) return;
    const added = await store.inventory.addUser({ ...newUser, name, ...tokens(name), createdAt: this.clock.now() });
    this.#users.set(name, added.id);
  }

  async #deleteUser(store: SqliteStore, user: number): Promise<void> {
    const name = USERS[user] ?? '';
    const id = this.#users.get(name);
    if (id === undefined) return;
    await store.inventory.deleteUser(id, this.clock.now());
    this.#users.delete(name);
  }
}

const sender = { credential: 'x', verified: true, backfill: false };
const newUser: Omit<NewUser, 'name' | 'userToken' | 'linkToken' | 'createdAt'> = {
  ...{ telegramId: null, role: 'user', note: '', ownerId: null, active: true, countInCycle: false },
};
const node: NewNode = {
  name: 'vpn1',
  description: '',
  source: { kind: 'wireguard', options: {} },
  pollIntervalMs: 30_000,
  opening: 'baseline',
  usersPolicy: 'none',
  createdAt: new Date('2026-03-01T12:00:00Z'),
};

function tokens(name: string) {
  return { userToken: `${name}-token`, linkToken: randomId(10) };
}

function report(userToken: string, bytes: number, fields: Partial<UsageReport> = {}): UsageReport {
  return {
    ...{ userToken, server: 'a.example.com', port: 443, protocol: bytes % 2 === 0 ? 'vless' : 'trojan' },
    ...{ rx: BigInt(bytes), tx: BigInt(2 * bytes), mode: 'delta', stream: '', eventId: randomId(8) },
    ...{ periodStart: null, periodEnd: null },
    ...fields,
  };
}

function expectCode(code: string): (error: { code?: string }) => void {
  return (error) => expect(error.code).toBe(code);
}

/** Each query counts the rows in which two tables disagree. */
const disagreements = {
  'records and days': `
    SELECT count(*) FROM (
      SELECT tally_id, sum(rx) AS rx, sum(tx) AS tx, sum(undirected) AS u FROM record GROUP BY 1
      EXCEPT SELECT tally_id, sum(rx), sum(tx), sum(undirected) FROM day GROUP BY 1)`,
  'days and tallies': `
    SELECT count(*) FROM (
      SELECT id, rx, tx, undirected FROM tally WHERE total <> 0
      EXCEPT SELECT tally_id, sum(rx), sum(tx), sum(undirected) FROM day GROUP BY 1)`,
  'days of segments that are not hidden, and sums per carrier and day': `
    SELECT count(*) FROM (
      SELECT d.day, g.all_mark, s.carrier_id, sum(d.rx), sum(d.tx), sum(d.undirected), sum(d.connections)
      FROM day d JOIN tally t ON t.id = d.tally_id JOIN segment g ON g.id = t.segment_id
      JOIN series s ON s.id = t.series_id WHERE g.hidden = 0 GROUP BY 1, 2, 3
      EXCEPT SELECT day, all_mark, carrier_id, rx, tx, undirected, connections FROM carrier_day)`,
  'sums per carrier and day, and days of segments that are not hidden': `
    SELECT count(*) FROM (
      SELECT day, all_mark, carrier_id, rx, tx, undirected, connections FROM carrier_day
      WHERE total <> 0 OR connections <> 0
      EXCEPT SELECT d.day, g.all_mark, s.carrier_id, sum(d.rx), sum(d.tx), sum(d.undirected), sum(d.connections)
      FROM day d JOIN tally t ON t.id = d.tally_id JOIN segment g ON g.id = t.segment_id
      JOIN series s ON s.id = t.series_id WHERE g.hidden = 0 GROUP BY 1, 2, 3)`,
  'records, and sums per carrier and quarter': `
    SELECT count(*) FROM (
      SELECT r.quarter, s.carrier_id, sum(r.rx), sum(r.tx), count(DISTINCT s.id)
      FROM record r JOIN tally t ON t.id = r.tally_id JOIN series s ON s.id = t.series_id GROUP BY 1, 2
      EXCEPT SELECT quarter, carrier_id, rx, tx, active FROM carrier_quarter)`,
  'hidden segments and the marks on their users': `
    SELECT count(*) FROM segment g WHERE g.hidden <> EXISTS (
      SELECT 1 FROM reset r JOIN reset_target k ON k.reset_id = r.id
      WHERE k.user_id = g.user_id AND r.undone_at IS NULL AND r.id > g.mark)`,
  'hours and connections of one protocol alone': `
    SELECT count(*) FROM day WHERE connections > 25 OR hours = 0`,
};

async function check(ledger: Ledger): Promise<void> {
  const store = await ledger.open();
  const [direct, month] = [await store.history.series(query(ledger), { kind: 'all' }), ledger.month()];
  expect(direct.series[0]?.traffic.reduce((sum, each) => sum + (each?.total ?? 0n), 0n)).toBe(
    ledger.sent + ledger.metered,
  );
  const db = new Sqlite(ledger.path, { readonly: true });
  try {
    for (const [name, sql] of Object.entries(disagreements)) {
      expect({ name, rows: db.prepare(sql).pluck().get() }).toEqual({ name, rows: 0 });
    }
    const stored = db.prepare('SELECT ifnull(sum(total), 0) FROM tally').pluck().safeIntegers().get();
    expect(stored).toBe(ledger.sent + ledger.metered);
    expect(db.prepare('SELECT count(*) FROM inbox').pluck().get()).toBe(0);
  } finally {
    db.close();
  }
  // Standings kept in memory against the same read from the tables; a filter that keeps all forces the latter.
  const page = {
    period: month,
    search: null,
    server: null,
    port: null,
    protocol: null,
    descending: true,
    limit: 99,
    cursor: null,
  };
  const kept = await store.history.holders({ ...page, sort: 'total' }, { kind: 'all' });
  const read = await store.history.holders({ ...page, sort: 'total', search: '' }, { kind: 'all' });
  expect(kept).toEqual(read);
  const summary = await store.history.summary(month, { kind: 'all' });
  expect(summary.users).toBe(read.total);
  expect(summary.traffic.total).toBe(read.items.reduce((sum, { traffic }) => sum + traffic.total, 0n));
  expect(summary.connections).toBe(read.items.reduce((sum, { connections }) => sum + connections, 0));
}

function query(ledger: Ledger) {
  return { period: ledger.month(), bucketSeconds: 900, by: 'total' as const, userId: null, nodeId: null, maxSeries: 5 };
}

it('the tables agree with each other and with what was sent, whatever happens', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const ledger = new Ledger();
      try {
        for (const step of list) await ledger.take(step);
        await check(ledger);
      } finally {
        await ledger.dispose();
      }
    }),
    { numRuns: Number(process.env.XPERT_TEST_RUNS ?? 40) },
  );
});
