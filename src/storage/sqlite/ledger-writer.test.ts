import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UsageReport } from '../../core/ledger/report.ts';
import { Calendar } from '../../core/units/calendar.ts';
import { randomId } from '../../lib/random-id.ts';
import { LedgerWriter } from '../sql/writer/ledger-writer.ts';
import type { WriterAnswer, WriterItem } from '../sql/writer/writer-items.ts';
import { writeConnection } from './connections.ts';
import { openForReading, openForWriting } from './database.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const sender = { credential: null, verified: true, backfill: false };

let folder: string;
let db: Database;
let writer: LedgerWriter;
let lastId = 0;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'xpert-writer-'));
  [db, writer] = start('ledger.db');
});

afterEach(() => {
  writer.close();
  rmSync(folder, { recursive: true });
});

function start(file: string): [Database, LedgerWriter] {
  const opened = openForWriting(path.join(folder, file));
  const options = { calendar: Calendar.of('UTC'), newId: () => randomId(16), nowMs: NOW };
  return [opened, new LedgerWriter(writeConnection(opened), options)];
}

function report(userToken: string, fields: Partial<UsageReport> = {}): UsageReport {
  return {
    ...{ userToken, server: 'a.example.com', port: 443, protocol: 'vless', rx: 3n, tx: 5n, mode: 'delta', stream: '' },
    ...{ eventId: randomId(10), periodStart: null, periodEnd: null },
    ...fields,
  };
}

type NewItem<I extends WriterItem = WriterItem> = I extends WriterItem ? Omit<I, 'id'> : never;

const reports = (...list: UsageReport[]): NewItem => ({ kind: 'reports', sender, reports: list });
const many = (count: number): NewItem => reports(...Array.from({ length: count }, (_, i) => report(`t${i % 700}`)));

/** Runs what there is to do; answers in the order of the calls. */
function run(...items: NewItem[]): WriterAnswer[] {
  return runAt(NOW, ...items);
}

function runAt(nowMs: number, ...items: NewItem[]): WriterAnswer[] {
  const numbered = items.map((item) => ({ ...item, id: ++lastId }) as WriterItem);
  writer.enqueue(numbered, nowMs);
  const answers = new Map<number, WriterAnswer>();
  for (let turns = 0; writer.hasWork; turns++) {
    if (turns > 10_000) throw new Error('the writer does not come to an end');
    for (const answer of writer.turn().answers) answers.set(answer.id, answer);
  }
  return numbered.flatMap(({ id }) => answers.get(id) ?? []);
}

const settle: NewItem = { kind: 'settle' };
const beat: NewItem = { kind: 'operation', name: 'beat', args: [] };
const totalIn = (from: Database): number =>
  Number(from.prepare('SELECT ifnull(sum(total), 0) FROM tally').pluck().get());
const codes = (answers: readonly WriterAnswer[]) =>
  answers.map((answer) => (answer.ok ? 'ok' : (answer.error as { code?: string }).code));

describe('a full disk', () => {
  /** No page more than there are. */
  const fill = (): void => {
    db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
  };
  const makeRoom = (): void => {
    db.pragma('max_page_count = 1000000');
  };

  it('is told to every caller of the commit, and the next one works when there is room again', () => {
    run(reports(report('first')));
    fill();
    const big = reports(...Array.from({ length: 400 }, (_, i) => report(`${'x'.repeat(100)}${i}`)));
    expect(codes(run(big, big))).toEqual(['disk-full', 'disk-full']);
    expect(totalIn(db)).toBe(8);
    makeRoom();
    expect(codes(runAt(NOW + 5_000, big, beat, settle))).toEqual(['ok', 'ok', 'ok']);
    expect(totalIn(db)).toBe(8 + 400 * 8);
    // The same reports once more: what was refused above left no trace, what was answered counts once.
    expect(run(big)[0]).toMatchObject({ value: { recorded: 0, duplicates: 400 } });
  });

  it('does not become the error of reports that only need the inbox', () => {
    run(many(400));
    expect(writer.isBehind).toBe(true);
    fill();
    while (writer.isBehind && !writer.isStuck) writer.fold();
    expect(writer.isStuck).toBe(true);
    expect(totalIn(db)).toBeLessThan(400 * 8);
    // What has to come after the reports cannot be done now; reads go on with what the tables hold.
    const reset = { scope: 'all', userIds: [], by: null, reason: null };
    expect(codes(run({ kind: 'operation', name: 'reset', args: [reset] }, settle))).toEqual(['disk-full', 'ok']);
    makeRoom();
    expect(codes(run(many(1)))).toEqual(['ok']);
    while (writer.isBehind) writer.fold();
    expect(totalIn(db)).toBe(401 * 8);
  });
});

describe('owners that change while a large poll is booked', () => {
  const at = (minute: number) => new Date(NOW + minute * 60_000);
  const keys = Array.from({ length: 5_000 }, (_, n) => `key-${n}`);
  const wg0 = (bytes: bigint, minute: number) => ({
    ...{ nodeId: 'n' as never, at: at(minute), opening: 'baseline', durationMs: 1, clockSuspect: false },
    semantics: { kind: 'cumulative', falls: 'to-zero', absence: 'ended' },
    poll: {
      order: { bootId: 'boot', uptimeMs: minute * 60_000 },
      complete: true,
      services: [
        {
          ...{ identity: 'wg0', kind: 'wireguard', name: 'wg0', listenPort: 51820, startEvidence: 'boot:1' },
          peers: keys.map((key) => ({ key, traffic: { rx: bytes, tx: 0n, total: bytes } })),
        },
      ],
      notices: [],
    },
  });
  const poll = (bytes: bigint, minute: number) => ({ kind: 'poll', poll: wg0(bytes, minute) }) as unknown as NewItem;
  const do_ = (name: string, ...args: unknown[]) => ({ kind: 'operation', name, args }) as unknown as NewItem;
  const user = (name: string) => ({
    ...{ name, userToken: `${name}-token`, linkToken: `${name}-link`, telegramId: null, role: 'user', note: '' },
    ...{ ownerId: null, active: true, createdAt: at(0), countInCycle: true },
  });

  it('hold for what is booked after them', () => {
    db.exec(`INSERT INTO node (id, name, slug, description, kind, options, poll_interval_ms, opening, users_policy,
      created_at) VALUES ('n', 'n', 'n', '', 'wireguard', '{}', 30000, 'baseline', 'none', 0)`);
    const [ada, bob] = run(do_('addUser', user('ada')), do_('addUser', user('bob'))).map((answer) =>
      answer.ok ? (answer.value as { id: string }).id : '',
    );
    run(poll(100n, 1));
    const peerOf = db.prepare('SELECT id FROM peer WHERE key = ?').pluck();
    const last = peerOf.get(keys.at(-1)) as string;
    run(do_('assignPeers', [{ peerId: last, userId: ada, from: at(0), countInCycle: true }]));
    // The poll takes several transactions: after the first one the last peer becomes another's, from before on.
    const item = { ...poll(107n, 2), id: ++lastId } as WriterItem;
    writer.enqueue([item], NOW + 120_000);
    writer.turn();
    const rebinding = { peerId: last, userId: bob, from: at(1), to: null, reason: 'theirs', by: null };
    const answers = runAt(NOW + 120_000, do_('rebind', rebinding, false));
    expect(codes(answers)).toEqual(['ok']);
    const used = db.prepare(
      'SELECT sum(t.total) FROM segment g JOIN tally t ON t.segment_id = g.id WHERE g.user_id = ?',
    );
    expect([ada, bob].map((id) => used.pluck().get(id) ?? 0)).toEqual([0, 7]);
  });
});

describe('reports that come while others are folded', () => {
  /** Enqueues a report once, at the third look. */
  const arriving = (late: WriterItem): (() => void) => {
    let looks = 0;
    return () => {
      if (++looks === 3) writer.enqueue([late], NOW);
    };
  };
  const lateReport = (): WriterItem => ({ ...reports(report('late')), id: ++lastId }) as WriterItem;

  it('stop the fold and are answered by its commit', () => {
    run(many(4000));
    const late = lateReport();
    const { answers, commit } = writer.fold(arriving(late));
    expect(answers).toEqual([expect.objectContaining({ id: late.id, ok: true })]);
    expect(commit).toMatchObject({ usage: true, reported: { rx: 3n, tx: 5n } });
    expect(writer.isBehind).toBe(true);
    expect(db.prepare('SELECT fold_done FROM alive').pluck().get()).toBe(3 * 16);
    while (writer.isBehind) writer.fold();
    expect(totalIn(db)).toBe(4001 * 8);
  });

  it('do not wait for a barrier in vain, nor go before it', () => {
    run(many(4000));
    const reset = { scope: 'all', userIds: [], by: null, reason: null };
    const late = [{ kind: 'operation', name: 'reset', args: [reset], id: ++lastId } as WriterItem, lateReport()];
    const { answers } = writer.fold(() => {
      for (const item of late.splice(0)) writer.enqueue([item], NOW);
    });
    expect(answers).toEqual([]);
    run(settle);
    expect(db.prepare('SELECT count(*) FROM reset').pluck().get()).toBe(1);
    const bySegment = 'SELECT sum(t.total) FROM tally t JOIN segment g ON g.id = t.segment_id GROUP BY g.all_mark';
    expect(db.prepare(bySegment).pluck().all()).toEqual([4000 * 8, 8]);
  });

  it('are answered also where the fold itself fails', () => {
    run(many(4000));
    // Nothing with progress of the fold in it can be committed.
    db.exec(`CREATE TRIGGER no_more BEFORE UPDATE OF sequence ON alive WHEN NEW.fold_done > 0
      BEGIN SELECT raise(ABORT, 'broken'); END`);
    const late = lateReport();
    const { answers } = writer.fold(arriving(late));
    expect(answers).toEqual([expect.objectContaining({ id: late.id, ok: true })]);
    expect(writer.isStuck).toBe(true);
    db.exec('DROP TRIGGER no_more');
    const repeated = { ...lateReport(), reports: (late as unknown as { reports: UsageReport[] }).reports };
    expect(run(repeated as NewItem)[0]).toMatchObject({ value: { recorded: 0, duplicates: 1 } });
    while (writer.isBehind) writer.fold();
    expect(totalIn(db)).toBe(4001 * 8);
  });
});

describe('a process that dies', () => {
  /** Opens a copy of the files as they are now, as a new process would find them. */
  const totalAfterCrash = (): { total: number; repeated: unknown } => {
    for (const rest of ['', '-wal']) {
      const from = path.join(folder, `ledger.db${rest}`);
      rmSync(path.join(folder, `crashed.db${rest}`), { force: true });
      if (existsSync(from)) copyFileSync(from, path.join(folder, `crashed.db${rest}`));
    }
    rmSync(path.join(folder, 'crashed.db-shm'), { force: true });
    const [crashed, again] = start('crashed.db');
    expect(again.isBehind).toBe(false);
    expect(crashed.prepare('SELECT count(*) FROM inbox').pluck().get()).toBe(0);
    const total = totalIn(crashed);
    expect(crashed.prepare('SELECT sum(total) FROM record').pluck().get()).toBe(total);
    expect(crashed.prepare('SELECT sum(total) FROM day').pluck().get()).toBe(total);
    expect(crashed.prepare('SELECT sum(total) FROM carrier_day').pluck().get()).toBe(total);
    const { rx } = crashed.prepare('SELECT rx FROM carrier_quarter').get() as { rx: number };
    again.enqueue([{ ...many(0), ...reports(report('t1', { eventId: 'known' })), id: ++lastId } as WriterItem], NOW);
    const repeated = again.turn().answers[0];
    again.close();
    return { total: rx === (total / 8) * 3 ? total : Number.NaN, repeated };
  };

  it('at any point of a fold leaves every answered report counted once', () => {
    run(reports(...Array.from({ length: 3999 }, (_, i) => report(`t${i % 700}`)), report('t1', { eventId: 'known' })));
    const repeated = expect.objectContaining({ value: expect.objectContaining({ recorded: 0, duplicates: 1 }) });
    expect(totalAfterCrash()).toEqual({ total: 4000 * 8, repeated });
    let points = 0;
    for (; writer.isBehind; points++) {
      writer.fold();
      expect(totalAfterCrash()).toEqual({ total: 4000 * 8, repeated });
    }
    expect(points).toBeGreaterThan(3);
  });
});

describe('order', () => {
  it('of reports around a reset is that of the calls, also through the inbox', () => {
    const reset: NewItem = {
      kind: 'operation',
      name: 'reset',
      args: [{ scope: 'all', userIds: [], by: null, reason: null }],
    };
    run(many(50), reset, many(30), settle);
    const bySegment = db
      .prepare('SELECT g.all_mark, sum(t.total) FROM tally t JOIN segment g ON g.id = t.segment_id GROUP BY 1')
      .raw()
      .all();
    expect(bySegment).toEqual([
      [0, 50 * 8],
      [1, 30 * 8],
    ]);
  });

  it('lets neither reports nor a large poll starve the other', () => {
    const add = run({ kind: 'operation', name: 'addNode', args: [node] });
    const nodeId = (add[0] as { value: { id: string } }).value.id;
    const answered: string[] = [];
    const peers = Array.from({ length: 7000 }, (_, i) => ({ key: `p${i}`, traffic: { rx: 1n, tx: 2n, total: 3n } }));
    writer.enqueue([{ id: ++lastId, kind: 'poll', poll: pollOf(nodeId, peers) } as WriterItem], NOW);
    for (let n = 0; writer.hasWork && n < 100; n++) {
      if (n < 8) writer.enqueue([{ ...many(1), id: 1_000_000 + n } as WriterItem], NOW);
      for (const { id } of writer.turn().answers) answered.push(id >= 1_000_000 ? 'report' : 'poll');
    }
    expect(answered.filter((each) => each === 'report')).toHaveLength(8);
    expect(answered.indexOf('poll')).toBeGreaterThan(2);
    expect(answered.lastIndexOf('report')).toBeGreaterThan(answered.indexOf('poll') - 3);
  });
});

it('a total that would not fit is kept in quarantine, and the others go on', () => {
  // More than are written with one statement, on both sides of the one that does not fit.
  const others = Array.from({ length: 40 }, (_, i) => `other ${i}`);
  const tokens = [...others.slice(20), 'rich', ...others.slice(0, 20)];
  run(reports(...tokens.map((token) => report(token))), settle);
  db.prepare(
    "UPDATE tally SET rx = 9223372036854775807 - tx WHERE series_id = (SELECT id FROM series WHERE token = 'rich')",
  ).run();
  const again = tokens.map((token) => report(token));
  expect(codes(run(reports(...again, report('rich', { rx: 2n ** 53n - 1n, tx: 0n })), settle))).toEqual(['ok', 'ok']);
  const bytesOf = (table: 'tally' | 'day' | 'record') =>
    db
      .prepare(
        `SELECT s.token, x.rx + x.tx FROM ${table} x JOIN tally t ON t.id = ${table === 'tally' ? 'x.id' : 'x.tally_id'}
         JOIN series s ON s.id = t.series_id ORDER BY s.token`,
      )
      .safeIntegers()
      .raw()
      .all();
  const expected = (rich: bigint) => [...others.map((token) => [token, 16n]).sort(), ['rich', rich]];
  expect(bytesOf('tally')).toEqual(expected(9223372036854775807n));
  expect(bytesOf('day')).toEqual(expected(8n));
  expect(bytesOf('record')).toEqual(expected(8n));
  expect(db.prepare('SELECT reason FROM quarantine ORDER BY 1').pluck().all()).toEqual([
    'implausible',
    'total-too-large',
  ]);
});

it('the view traffic_usage has the columns of the original', () => {
  run(
    {
      kind: 'operation',
      name: 'addUser',
      args: [
        {
          ...{ name: 'ada', userToken: 'ada-token', linkToken: 'l', telegramId: null, role: 'user', note: '' },
          ...{ ownerId: null, active: true, createdAt: new Date(NOW), countInCycle: false },
        },
      ],
    },
    reports(report('ada-token'), report('ada-token'), report('ghost', { port: 80, protocol: 'trojan' })),
    settle,
  );
  const reader = openForReading(path.join(folder, 'ledger.db'));
  const rows = reader.prepare('SELECT * FROM traffic_usage ORDER BY user_token').all();
  reader.close();
  expect(rows).toEqual([
    {
      id: expect.any(Number),
      user_token: 'ada-token',
      config_server: 'a.example.com',
      config_port: 443,
      protocol: 'vless',
      bytes_uploaded: 6,
      bytes_downloaded: 10,
      date_collected: '2026-03-01',
      timestamp: '2026-03-01 12:00:00',
    },
    expect.objectContaining({ user_token: 'ghost', config_port: 80, protocol: 'trojan', bytes_downloaded: 5 }),
  ]);
});

it('keys of reports go when their window is over, and not before', () => {
  const day = 86_400_000;
  run(reports(report('a', { eventId: 'old' })), settle);
  const keysAt = (nowMs: number): number => {
    writer.enqueue([{ ...beat, id: ++lastId } as WriterItem], nowMs);
    while (writer.hasWork) writer.turn();
    return Number(db.prepare('SELECT count(*) FROM report_key').pluck().get());
  };
  expect(keysAt(NOW + 35 * day)).toBe(1);
  expect(keysAt(NOW + 37 * day)).toBe(0);
});

it('a series that an entry booked in a quarter is active in it once, also where the clock had been set back', () => {
  const hour = { periodStart: new Date(NOW - 3_600_000), periodEnd: new Date(NOW) };
  run(reports(report('t', { ...hour, rx: 2n ** 50n })), settle);
  const id = String(db.prepare('SELECT id FROM quarantine').pluck().get());
  const decision = {
    item: { kind: 'quarantine', id },
    decision: 'book',
    beforeXpert: false,
    reason: 'it was so',
    by: null,
  };
  const decided = runAt(NOW - 7_200_000, { kind: 'operation', name: 'decide', args: [decision, false] } as NewItem);
  expect(codes(decided)).toEqual(['ok']);
  run(reports(report('t', { ...hour, rx: 4000n })), settle);
  const quarters = db.prepare('SELECT active, count(*) AS n FROM carrier_quarter GROUP BY active').all();
  expect(quarters).toEqual([{ active: 1, n: 4 }]);
});

const node = {
  ...{ name: 'vpn1', description: '', source: { kind: 'wireguard', options: {} }, pollIntervalMs: 30_000 },
  ...{ opening: 'baseline', usersPolicy: 'none', createdAt: new Date(NOW) },
};

function pollOf(nodeId: string, peers: readonly unknown[]): unknown {
  return {
    ...{ nodeId, at: new Date(NOW), opening: 'baseline', durationMs: 1, clockSuspect: false },
    semantics: { kind: 'cumulative', falls: 'to-zero', absence: 'ended' },
    poll: {
      complete: true,
      notices: [],
      services: [{ identity: 'wg', kind: 'wireguard', name: 'wg0', startEvidence: 'b', peers }],
    },
  };
}
