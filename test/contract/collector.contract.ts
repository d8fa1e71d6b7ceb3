import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { SourceFailure } from '../../src/core/errors.ts';
import type { Collector, Poll } from '../../src/core/metering/collector.ts';

/** Values of one series, by a key that the source accepts. */
export interface ShownSeries {
  readonly key: string;
  readonly rx: bigint;
  readonly tx: bigint;
}

/** A source under control of the test, and the collector that reads it. */
export interface CollectorRig {
  /** Largest value that the source can show; 2^64 - 1 unless it says another. */
  readonly largest?: bigint;
  readonly collector: Collector;
  /** The source keeps its counters over its restarts: these show nowhere. */
  readonly countersOutliveRestarts?: boolean;
  /** The source tells no directions: what it shows is `tx`, as the sum of both. */
  readonly isUndirected?: boolean;
  /** As many series as the source can show in one answer; 100,000 unless it says another. */
  readonly most?: number;
  /** `n` keys of the source's own form, always the same for the same `n`. */
  keys(n: number): readonly string[];
  /** From now on the source shows these series; `start` is another value after each start of the source. */
  show(series: readonly ShownSeries[], start: number): Promise<void>;
  /** The answer breaks off after this share of it (0 to 1). */
  cut(share: number): Promise<void>;
  /** The source answers, with something else. Each is tried. */
  readonly garbage: readonly { readonly name: string; readonly show: () => Promise<void> }[];
  /** The source takes the question and never answers. */
  hang(): Promise<void>;
  /** The source answers again, as before `cut`, garbage or `hang`. */
  recover(): Promise<void>;
  /** The source shows things that nobody may see; returned are the texts to look for. */
  showSecrets(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Stands for a direction that the source does not tell. */
const UNKNOWN = -1n;
const MAX_U64 = 18_446_744_073_709_551_615n;

/** What a source cannot do by its nature, with the reason. */
export interface CollectorException {
  /** It always shows one and the same series. */
  readonly alwaysOne?: string;
  /** It answers at once, or fails. */
  readonly cannotHang?: string;
}

/** What every collector does, whatever it reads: the meaning of the port. */
export function collectorContract(
  name: string,
  make: () => Promise<CollectorRig>,
  { alwaysOne, cannotHang }: CollectorException = {},
): void {
  describe(`collector: ${name}`, () => {
    const count = (n: number) => (alwaysOne === undefined ? n : 1);
    let rig: CollectorRig | undefined;
    afterEach(async () => {
      await rig?.close();
      rig = undefined;
    });
    const open = async () => {
      rig = await make();
      const { show, isUndirected = false } = rig;
      /** What a test shows, with the directions that this source tells. */
      const told = (series: readonly ShownSeries[]) =>
        isUndirected ? series.map(({ key, tx }) => ({ key, rx: UNKNOWN, tx })) : series;
      return Object.assign(rig, {
        show: (series: readonly ShownSeries[], start: number) => show(told(series), start),
        told,
      });
    };

    test('shows every series with its exact values, rx and tx not mixed up', async () => {
      const { collector, keys, show, told, largest = MAX_U64 } = await open();
      const values = [
        { rx: 1n, tx: 2n },
        { rx: 9_007_199_254_740_993n, tx: 0n },
        { rx: largest - 1n, tx: largest },
      ].slice(-count(3));
      const series = told(keys(count(3)).map((key, n) => ({ key, rx: values[n]?.rx ?? 0n, tx: values[n]?.tx ?? 0n })));
      await show(series, 1);
      const poll = await collector.collect(soon());
      expect(poll.complete).toBe(true);
      expect(shown(poll)).toEqual(series);
      for (const { traffic } of peersOf(poll)) {
        expect(traffic.rx === null).toBe(traffic.tx === null);
        if (traffic.rx !== null) expect(traffic.total).toBe(traffic.rx + (traffic.tx ?? 0n));
      }
    });

    test('reading changes nothing, and a later reading has a later order', async () => {
      const { collector, keys, show } = await open();
      await show(numbered(keys(count(3))), 1);
      const first = await collector.collect(soon());
      const second = await collector.collect(soon());
      expect(shown(second)).toEqual(shown(first));
      expect(second.services.map((one) => one.startEvidence)).toEqual(first.services.map((one) => one.startEvidence));
      if (first.order === undefined || second.order === undefined) return;
      expect(second.order.bootId).toBe(first.order.bootId);
      expect(second.order.uptimeMs).toBeGreaterThanOrEqual(first.order.uptimeMs);
    });

    test('a restart of the source shows in the start evidence', async () => {
      const { collector, keys, show, countersOutliveRestarts = false } = await open();
      await show(numbered(keys(count(2))), 1);
      const before = await collector.collect(soon());
      await show(numbered(keys(count(2))), 2);
      const after = await collector.collect(soon());
      expect(after.services.map((one) => one.identity)).toEqual(before.services.map((one) => one.identity));
      for (const [index, service] of after.services.entries()) {
        if (service.startEvidence !== undefined) {
          const isSame = service.startEvidence === before.services[index]?.startEvidence;
          expect(isSame).toBe(countersOutliveRestarts);
        }
        if (service.age !== undefined) {
          expect(service.age.maxMs).toBeGreaterThan(service.age.minMs);
          expect(service.age.maxMs).toBeLessThan(before.services[index]?.age?.minMs ?? 0);
        }
      }
    });

    test.skipIf(alwaysOne)(
      'a series that the source does not show is absent, never zero; a new one appears',
      async () => {
        const { collector, keys, show, told } = await open();
        const [gone, stays, comes] = told(numbered(keys(count(3))));
        await show(
          [gone, stays].flatMap((one) => one ?? []),
          1,
        );
        await collector.collect(soon());
        await show(
          [stays, comes].flatMap((one) => one ?? []),
          1,
        );
        const poll = await collector.collect(soon());
        expect(poll.complete).toBe(true);
        expect(shown(poll)).toEqual([stays, comes]);
      },
    );

    test.skipIf(alwaysOne)('a source without a single series is a complete poll of it', async () => {
      const { collector, show } = await open();
      await show([], 1);
      const poll = await collector.collect(soon());
      expect(poll.complete).toBe(true);
      expect(peersOf(poll)).toEqual([]);
      expect(poll.services).toHaveLength(1);
    });

    test('an answer that was cut anywhere is never complete and never shows a wrong number', async () => {
      const { collector, keys, show, cut, told } = await open();
      const series = told(numbered(keys(count(5))));
      await show(series, 1);
      for (let share = 0; share < 0.999; share += 0.04) {
        await cut(share);
        const poll = await collector.collect(soon()).catch(expectFailure);
        if (poll === null) continue;
        expect(poll.complete).toBe(false);
        for (const one of shown(poll)) expect(series).toContainEqual(one);
      }
    });

    test('garbage is a failure that says what to do, or an incomplete poll; never a wrong number', async () => {
      const { collector, keys, show, garbage, told } = await open();
      const series = told(numbered(keys(count(3))));
      await show(series, 1);
      for (const { name: what, show: showGarbage } of garbage) {
        await showGarbage();
        const poll = await collector.collect(soon()).catch(expectFailure);
        if (poll === null) continue;
        expect(poll.complete, what).toBe(false);
        expect(poll.notices.length, what).toBeGreaterThan(0);
        for (const one of shown(poll)) expect(series, what).toContainEqual(one);
      }
    });

    test.skipIf(cannotHang)('a hanging source ends with the signal, and can be read again afterwards', async () => {
      const { collector, keys, show, hang, recover } = await open();
      await show(numbered(keys(count(2))), 1);
      await collector.collect(soon());
      await hang();
      const startedAt = performance.now();
      const failure = await collector.collect(AbortSignal.timeout(300)).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(SourceFailure);
      expect((failure as SourceFailure).code).toBe('timeout');
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      await recover();
      expect((await collector.collect(soon())).complete).toBe(true);
    });

    test('a poll that is broken off says so; one that was broken off before it began does nothing', async () => {
      const { collector, keys, show, hang } = await open();
      await show(numbered(keys(1)), 1);
      await expect(collector.collect(AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
      if (cannotHang !== undefined) return;
      await hang();
      const controller = new AbortController();
      const poll = collector.collect(controller.signal);
      setTimeout(() => controller.abort(), 50);
      await expect(poll).rejects.toMatchObject({ code: 'aborted' });
    });

    test('two polls at once do not disturb each other', async () => {
      const { collector, keys, show } = await open();
      await show(numbered(keys(count(50))), 1);
      const [a, b] = await Promise.all([collector.collect(soon()), collector.collect(soon())]);
      expect(shown(a)).toEqual(shown(b));
      expect(a.complete && b.complete).toBe(true);
    });

    test('100,000 series (or as many as the source can show) are read without holding up everything else', async () => {
      const { collector, keys, show, told, most = count(100_000) } = await open();
      const series = told(numbered(keys(most)));
      await show(series, 1);
      const turns = watchTurns();
      const poll = await collector.collect(AbortSignal.timeout(55_000));
      const { longestMs, allMs } = turns.stop();
      expect(poll.complete).toBe(true);
      expect(peersOf(poll)).toHaveLength(most);
      expect(sumOf(shown(poll))).toEqual(sumOf(series));
      // A share of the whole: on a busy machine both grow.
      expect(longestMs).toBeLessThan(Math.max(300, allMs / 3));
    }, 60_000);

    test('no secret is in anything that it returns or throws', async () => {
      const { collector, showSecrets } = await open();
      const secrets = await showSecrets();
      expect(secrets.length).toBeGreaterThan(0);
      const outcome = await collector.collect(soon()).catch((error: unknown) => error);
      const text = inspect(outcome, { depth: Infinity, maxArrayLength: null, maxStringLength: null, showHidden: true });
      for (const secret of secrets) expect(text).not.toContain(secret);
    });

    test('closing twice is as good as once', async () => {
      const { collector, keys, show } = await open();
      await show(numbered(keys(1)), 1);
      await collector.collect(soon());
      await collector.close();
      await collector.close();
    });
  });
}

/** Different values everywhere, rx never equal to tx. */
function numbered(keys: readonly string[]): ShownSeries[] {
  return keys.map((key, index) => ({
    key,
    rx: BigInt(index) * 1_000_003n + 7n,
    tx: BigInt(index) * 99_991n + 12_345_678_901n,
  }));
}

function soon(): AbortSignal {
  return AbortSignal.timeout(10_000);
}

/** CPU time of the longest turn of the event loop: unlike wall time it does not grow when others use the machine. */
function watchTurns(): { stop(): { readonly longestMs: number; readonly allMs: number } } {
  const begun = process.cpuUsage();
  let longest = 0;
  let last = process.cpuUsage();
  let isOver = false;
  const turn = () => {
    const { user, system } = process.cpuUsage(last);
    longest = Math.max(longest, user + system);
    last = process.cpuUsage();
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop: () => {
      isOver = true;
      const { user, system } = process.cpuUsage(begun);
      return { longestMs: longest / 1_000, allMs: (user + system) / 1_000 };
    },
  };
}

function peersOf(poll: Poll) {
  return poll.services.flatMap((service) => [...service.peers]);
}

function shown(poll: Poll): ShownSeries[] {
  return peersOf(poll).map(({ key, traffic }) => ({ key, rx: traffic.rx ?? UNKNOWN, tx: traffic.tx ?? traffic.total }));
}

function sumOf(series: readonly ShownSeries[]) {
  return series.reduce((sum, { rx, tx }) => ({ rx: sum.rx + rx, tx: sum.tx + tx }), { rx: 0n, tx: 0n });
}

function expectFailure(error: unknown): null {
  expect(error).toBeInstanceOf(SourceFailure);
  const { code, message, hint } = error as SourceFailure;
  expect(code).toMatch(/^[a-z0-9-]+$/);
  expect(message.length).toBeGreaterThan(10);
  expect(hint?.length ?? 0).toBeGreaterThan(5);
  return null;
}
