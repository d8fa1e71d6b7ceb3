import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { UsageReport } from '../../core/ledger/report.ts';
import { flattenAnswers, flattenItems, joinAnswers, joinItems } from './worker-messages.ts';
import type { WriterAnswer, WriterItem } from './writer/writer-items.ts';

const bytes = fc.bigInt({ min: 0n, max: BigInt(Number.MAX_SAFE_INTEGER) });
const instant = fc.option(fc.date({ noInvalidDate: true }));
const text = fc.string({ unit: 'binary', maxLength: 8 });

const report: fc.Arbitrary<UsageReport> = fc.record({
  ...{ userToken: text, server: text, port: fc.integer({ min: 1, max: 65_535 }), protocol: text },
  ...{ rx: bytes, tx: bytes, mode: fc.constantFrom('delta' as const, 'cumulative' as const), stream: text },
  ...{ eventId: fc.option(text), periodStart: instant, periodEnd: instant },
});
const sender = fc.record({ credential: fc.option(text), verified: fc.boolean(), backfill: fc.boolean() });

const item: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  fc.record({ kind: fc.constant('reports'), sender, reports: fc.array(report, { maxLength: 3 }) }),
  fc.constant({ kind: 'settle' }),
  fc.constant({ kind: 'operation', name: 'setTracking', args: [true] }),
);
const items = fc.array(item).map((all) => all.map((each, i) => ({ ...each, id: i + 7 }) as unknown as WriterItem));

it('brings every item to the writer as it was, in its place', () => {
  fc.assert(
    fc.property(items, (all) => {
      const wire = structuredClone(flattenItems(all));
      expect(joinItems(wire.items, wire.reports)).toEqual(all);
    }),
  );
});

const count = fc.integer({ min: 0, max: 3 });
const outcome = fc.record({ recorded: count, duplicates: count, stale: count, quarantined: count });
const value = fc.oneof(outcome, fc.constant({ recorded: 1, duplicates: 0, stale: 0, quarantined: 0 }), fc.string());

it('brings every answer back to its caller', () => {
  fc.assert(
    fc.property(fc.array(value), (values) => {
      const answers: WriterAnswer[] = values.map((each, id) => ({ id, ok: true, value: each }));
      const back = joinAnswers(structuredClone(flattenAnswers(answers)));
      expect(back.toSorted((a, b) => a.id - b.id)).toEqual(answers);
    }),
  );
});
