import type { Period } from '../src/core/ledger/usage-history.ts';
import { ManualClock } from '../src/core/units/testing.ts';
import { randomId } from '../src/lib/random-id.ts';
import { Sqlite } from '../src/lib/sqlite.ts';
import { openSqliteStore } from '../src/storage/sqlite/sqlite-store.ts';
import { appendQueries } from './baselines/append-table.ts';
import { appendFile } from './lib/append-file.ts';
import { builtWorkers } from './lib/built-workers.ts';
import { type Figure, type Part, round, weakest } from './lib/figure.ts';
import { ledgerFile } from './lib/ledger-file.ts';
import { model, modelStart, modelTokens } from './lib/report-model.ts';
import { median } from './lib/rounds.ts';

const rounds = 5;
/** Ours are so quick that one round asks many times; the median of these counts. */
const asksPerRound = 200;
const everything = { kind: 'all' } as const;

/** Three questions about 10 million reports: as multiples of the same questions to one row per report. */
export const figure: Figure = {
  name: 'query',
  target: 1,
  better: 'higher',
  async run() {
    const append = new Sqlite(await appendFile(), { readonly: true });
    const modelEnd = new Date(modelStart + model.days * 86_400_000 - 1);
    const clock = new ManualClock(modelEnd);
    const path = await ledgerFile();
    const store = await openSqliteStore({
      path,
      clock,
      newId: () => randomId(16),
      timeZone: null,
      workers: builtWorkers,
    });
    const period: Period = { from: new Date(modelStart), to: modelEnd };
    const token = modelTokens()[1234] ?? '';
    const user = await store.inventory.findUser(token);
    if (user === null) throw new Error('The prepared ledger lacks its users.');
    const since = '2026-10-01 00:00:00';

    const questions = {
      globalTotals: {
        target: 1000,
        ours: () => store.history.summary(period, everything),
        baseline: () => append.prepare(appendQueries.globalTotals).get({ since }),
      },
      userDays: {
        target: 20,
        ours: () => store.history.userCarriers(user.id, period),
        baseline: () => append.prepare(appendQueries.userDays).all({ token, since }),
      },
      topUsers: {
        target: 1000,
        ours: () => store.history.topHolders(period, 20, everything),
        baseline: () => append.prepare(appendQueries.topUsers).all({ since }),
      },
    };
    const parts: Record<string, Part> = {};
    for (const [name, { target, ours, baseline }] of Object.entries(questions)) {
      const { ratio, milliseconds, baselineMilliseconds } = await ask(name, ours, baseline);
      parts[name] = { ratio, target, better: 'higher', milliseconds, baselineMilliseconds };
      parts[`${name}Milliseconds`] = { ratio: milliseconds, target: 2, better: 'lower' };
    }
    append.close();
    await store.close();
    return { ratio: weakest(parts), parts, reports: model.reports };
  },
};

async function ask(name: string, ours: () => Promise<unknown>, baseline: () => unknown) {
  const oursMs: number[] = [];
  const baselineMs: number[] = [];
  await ours();
  for (let n = 0; n < rounds; n++) {
    const start = performance.now();
    baseline();
    baselineMs.push(performance.now() - start);
    const asks: number[] = [];
    for (let asked = 0; asked < asksPerRound; asked++) {
      const askedAt = performance.now();
      await ours();
      asks.push(performance.now() - askedAt);
    }
    oursMs.push(median(asks));
    process.stderr.write(`  ${name}: ours ${round(oursMs[n] ?? 0)} ms, baseline ${round(baselineMs[n] ?? 0)} ms\n`);
  }
  return {
    ratio: round(median(baselineMs.map((value, n) => value / (oursMs[n] ?? Number.NaN)))),
    milliseconds: round(median(oursMs)),
    baselineMilliseconds: round(median(baselineMs)),
  };
}
