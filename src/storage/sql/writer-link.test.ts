import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { beforeEach, expect, it } from 'vitest';
import { LedgerFailure } from '../../core/errors.ts';
import type { UsageReport } from '../../core/ledger/report.ts';
import { ManualClock } from '../../core/units/testing.ts';
import type { WriterItem } from './writer/writer-items.ts';
import { WriterLink } from './writer-link.ts';

const SENDER = { credential: null, verified: false, backfill: false };
const OUTCOME = { recorded: 1, duplicates: 0, stale: 0, quarantined: 0 };

let link: WriterLink;
let messages: WriterItem[][];

beforeEach(() => {
  link = new WriterLink(new ManualClock());
  messages = [];
  link.connect({ send: (items) => void messages.push([...items]), close: async () => {} });
});

const called = () => messages.map((items) => items.map(({ kind }) => kind));

function call(eventId: string): Promise<unknown> {
  const report: UsageReport = {
    ...{ userToken: 'ann', server: 'a.example.com', port: 443, protocol: 'vless', rx: 3n, tx: 5n, mode: 'delta' },
    ...{ stream: '', eventId, periodStart: null, periodEnd: null },
  };
  return link.reports(SENDER, [report]);
}

function answer(message: number): void {
  const answers = (messages[message] ?? []).map(({ id }) => ({ id, ok: true, value: OUTCOME }) as const);
  const tables = { sequence: 1, deltas: [], ownersChanged: false, people: [] };
  link.receive({ answers, commit: null, unfolded: false, tables, states: [] });
}

it('sends reports of one turn of the loop as one message', async () => {
  const [first, second] = [call('1'), call('2')];
  await turnOfTheLoop();
  expect(called()).toEqual([['reports', 'reports']]);
  answer(0);
  await expect(Promise.all([first, second])).resolves.toEqual([OUTCOME, OUTCOME]);
});

it('keeps reports that are called while others are committed until these are answered', async () => {
  void call('1');
  await turnOfTheLoop();
  const later = [call('2')];
  await turnOfTheLoop();
  later.push(call('3'));
  await turnOfTheLoop();
  expect(called()).toEqual([['reports']]);
  answer(0);
  await turnOfTheLoop();
  expect(called()).toEqual([['reports'], ['reports', 'reports']]);
  answer(1);
  await expect(Promise.all(later)).resolves.toEqual([OUTCOME, OUTCOME]);
  void call('4');
  await turnOfTheLoop();
  expect(called()).toHaveLength(3);
});

it('lets nothing else wait for that, and keeps the order of the calls', async () => {
  void call('1');
  await turnOfTheLoop();
  void call('2');
  void link.run('setTracking', false);
  void call('3');
  await turnOfTheLoop();
  expect(called()).toEqual([['reports'], ['reports', 'operation', 'reports']]);
  void call('4');
  answer(0);
  await turnOfTheLoop();
  expect(called(), 'the last ones are not answered').toHaveLength(2);
  answer(1);
  await turnOfTheLoop();
  expect(called().at(-1)).toEqual(['reports']);
});

it('sends what is kept when it is closed', async () => {
  void call('1');
  await turnOfTheLoop();
  void call('2');
  await link.close();
  expect(called()).toEqual([['reports'], ['reports']]);
});

it('waits for nothing that went to a writer which is lost', async () => {
  const lost = [call('1')];
  await turnOfTheLoop();
  lost.push(call('2'));
  link.lose(new LedgerFailure('ledger-unreachable', 'The connection is lost.'));
  for (const each of lost) await expect(each).rejects.toThrow('The connection is lost.');
  link.connectAnew({ send: (items) => void messages.push([...items]), close: async () => {} }, []);
  void call('3');
  await turnOfTheLoop();
  expect(called()).toEqual([['reports'], ['reports']]);
});
