import { afterEach, beforeEach, expect, test } from 'vitest';
import type { UsageReport } from '../../core/ledger/report.ts';
import { Calendar } from '../../core/units/calendar.ts';
import { randomId } from '../../lib/random-id.ts';
import { LedgerWriter } from '../sql/writer/ledger-writer.ts';
import { Turns } from '../sql/writer/turns.ts';
import { writeConnection } from './connections.ts';
import { openForWriting } from './database.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const sender = { credential: null, verified: true, backfill: false };
/** Too many to go into the tables with their answer. */
const reports = Array.from(
  { length: 200 },
  (_, i): UsageReport => ({
    ...{ userToken: 'ann', server: 'a.example.com', port: 443, protocol: 'vless', rx: 3n, tx: 5n, mode: 'delta' },
    ...{ stream: '', eventId: `event ${i}`, periodStart: null, periodEnd: null },
  }),
);

let writer: LedgerWriter;

beforeEach(() => {
  const options = { calendar: Calendar.of('UTC'), newId: () => randomId(16), nowMs: NOW };
  writer = new LedgerWriter(writeConnection(openForWriting(':memory:')), options);
});

afterEach(() => writer.close());

test('what fails when reports are folded by a timer reaches the guard, as what fails in a call does', async () => {
  const caught = await new Promise((resolve) => {
    let isDead = false;
    const drain = () => {
      if (isDead) throw new Error('the connection died');
    };
    const guard = (work: () => void) => {
      try {
        work();
      } catch (error) {
        resolve(error);
      }
    };
    const turns = new Turns(writer, () => {}, drain, guard);
    turns.enqueue([{ id: 1, kind: 'reports', sender, reports }], NOW);
    turns.run();
    isDead = true;
  });
  expect(caught).toMatchObject({ message: 'the connection died' });
});
