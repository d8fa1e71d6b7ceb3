import { Sqlite } from '../../src/lib/sqlite.ts';
import { keyFrom } from '../support/wireguard-output.ts';

export const modes = ['with-id', 'without-id', 'stream'] as const;
export type Mode = (typeof modes)[number];

/** What one token's sender sent and had acknowledged. */
export interface Tally {
  readonly mode: Mode;
  sent: bigint;
  acked: bigint;
  /** When each acknowledged report had its answer; kept where a restore takes some back. */
  readonly acks: { readonly atMs: number; readonly bytes: bigint }[];
}

/** Per user_token. */
export type Book = Map<string, Tally>;

/** Bytes. All have to be 0. */
export interface Figures {
  /** Not counted although carried or sent, outside of intervals that say so. */
  lost: bigint;
  /** Counted more than carried or sent. */
  doubled: bigint;
  /** Answered with success and not counted. */
  ackedMissing: bigint;
}

export const NOTHING_WRONG: Figures = { lost: 0n, doubled: 0n, ackedMissing: 0n };

/** An interval whose reports may be missing: a restore took them back. */
export interface Missing {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Rows that a statement brings; integers are bigint. */
export type Rows = (sql: string) => unknown[];

/** Compares an SQLite file with what senders and peers know. @throws if records, days and totals do not agree */
export function audit(
  path: string,
  book: Book,
  carried: ReadonlyMap<string, bigint>,
  missing: Missing[] = [],
): Figures {
  const db = new Sqlite(path, { readonly: true });
  db.defaultSafeIntegers(true);
  try {
    return auditRows((sql) => db.prepare(sql).all(), book, carried, missing);
  } finally {
    db.close();
  }
}

/** The same of any ledger. */
export function auditRows(
  rows: Rows,
  book: Book,
  carried: ReadonlyMap<string, bigint>,
  missing: Missing[] = [],
): Figures {
  const broken = LAWS.flatMap(rows);
  if (broken.length > 0)
    throw new Error(`totals, days and records do not agree: ${JSON.stringify(broken[0], bigintText)}`);
  const figures = { ...NOTHING_WRONG };
  const tokens = sums(
    rows,
    'SELECT s.token AS name, sum(t.total) AS total FROM tally t JOIN series s ON s.id = t.series_id WHERE s.token IS NOT NULL GROUP BY s.token',
  );
  for (const [token, tally] of book) compare(figures, tokens.get(token) ?? 0n, tally, missing);
  const peers = sums(
    rows,
    'SELECT p.key AS name, sum(t.total) AS total FROM tally t JOIN series s ON s.id = t.series_id JOIN peer p ON p.id = s.peer_id GROUP BY p.key',
  );
  for (const [name, bytes] of carried) {
    const booked = peers.get(keyFrom(name)) ?? 0n;
    figures.lost += positive(bytes - booked);
    figures.doubled += positive(booked - bytes);
  }
  return figures;
}

/** Senders that repeat until they are answered: exactly what they sent. The others: between acknowledged and sent. */
function compare(figures: Figures, booked: bigint, { mode, sent, acked, acks }: Tally, missing: Missing[]): void {
  figures.doubled += positive(booked - sent);
  if (mode === 'stream') {
    figures.lost += positive(sent - booked);
    return;
  }
  const isExcused = ({ atMs }: Tally['acks'][number]) =>
    missing.some(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs);
  const excused = acks.filter(isExcused).reduce((sum, { bytes }) => sum + bytes, 0n);
  figures.ackedMissing += positive(acked - excused - booked);
  if (mode === 'with-id') figures.lost += positive(sent - excused - booked);
}

function positive(value: bigint): bigint {
  return value > 0n ? value : 0n;
}

function sums(rows: Rows, sql: string): Map<string, bigint> {
  return new Map((rows(sql) as { name: string; total: bigint }[]).map(({ name, total }) => [name, total]));
}

const LAWS = [
  `SELECT t.id, t.total FROM tally t LEFT JOIN day d ON d.tally_id = t.id
   GROUP BY t.id, t.total HAVING t.total <> ifnull(sum(d.total), 0)`,
  `SELECT d.day, d.tally_id, d.total FROM day d WHERE d.total <
     (SELECT ifnull(sum(r.total), 0) FROM record r JOIN calendar_day b ON b.day = d.day
      WHERE r.tally_id = d.tally_id AND r.quarter * 900000 >= b.from_at AND r.quarter * 900000 < b.to_at)`,
];

function bigintText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

export function addFigures(a: Figures, b: Figures): Figures {
  return { lost: a.lost + b.lost, doubled: a.doubled + b.doubled, ackedMissing: a.ackedMissing + b.ackedMissing };
}
