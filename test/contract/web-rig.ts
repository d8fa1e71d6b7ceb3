import type { Collector } from '../../src/core/metering/collector.ts';
import type { FakeWeb } from '../support/fake-web.ts';
import type { CollectorRig, ShownSeries } from './collector.contract.ts';

/** What a source over HTTP is made of; the rest is the same for all of them. */
export interface WebSource extends Pick<CollectorRig, 'largest' | 'countersOutliveRestarts' | 'isUndirected' | 'most'> {
  readonly collector: Collector;
  /** Where the counters are, and with it everything else that can fail. */
  readonly web: FakeWeb;
  readonly others?: readonly FakeWeb[];
  /** The two framings in which an answer that breaks off comes. */
  readonly framings?: readonly [FakeWeb['framing'], FakeWeb['framing']];
  readonly keys: CollectorRig['keys'];
  /** From now on the source shows these series. */
  show(series: readonly ShownSeries[], start: number): void;
  /** What becomes of a whole answer: a name and the change. One that changes no answer fails the test. */
  readonly garbage: readonly (readonly [name: string, change: (whole: string) => string])[];
  readonly moreGarbage?: CollectorRig['garbage'];
  /** Shows things that nobody may see. @returns the texts to look for */
  showSecrets(): readonly string[];
}

/** A rig for sources that are asked over HTTP, with every way in which an answer of theirs can fail. */
export function webRig(source: WebSource): CollectorRig {
  const { web, others = [], framings = ['length', 'chunks'], collector } = source;
  const { keys, garbage, moreGarbage = [], show, showSecrets, ...limits } = source;
  const recover = async () => {
    for (const one of [web, ...others]) one.recover();
  };
  /** Changes under which no answer was another one: garbage that is none would test nothing. */
  const idle = new Set<string>();
  const changeAnswer = (name: string, change: (whole: string) => string) => {
    web.recover();
    idle.add(name);
    web.change = (whole) => {
      const changed = change(whole);
      if (changed !== whole) idle.delete(name);
      return changed;
    };
  };
  return {
    ...pick(limits),
    collector,
    keys,
    recover,
    show: async (series, start) => {
      await recover();
      show(series, start);
    },
    cut: async (share) => {
      web.framing = framings[(share * 100) % 8 < 4 ? 0 : 1];
      web.cutAt = share;
    },
    garbage: [
      ...garbage.map(([name, change]) => ({ name, show: async () => changeAnswer(name, change) })),
      ...moreGarbage,
      {
        name: 'an error with words of the source',
        show: async () => {
          await recover();
          web.override = { status: 500, body: 'hunter2' };
        },
      },
    ],
    hang: async () => {
      web.isHanging = true;
    },
    showSecrets: async () => showSecrets(),
    close: async () => {
      await collector.close();
      await Promise.all([web, ...others].map((one) => one.close()));
      if (idle.size > 0) throw new Error(`garbage that changes nothing: ${[...idle].join(', ')}`);
    },
  };
}

function pick({ largest, countersOutliveRestarts, isUndirected, most }: Partial<CollectorRig>) {
  return {
    ...(largest === undefined ? {} : { largest }),
    ...(countersOutliveRestarts === undefined ? {} : { countersOutliveRestarts }),
    ...(isUndirected === undefined ? {} : { isUndirected }),
    ...(most === undefined ? {} : { most }),
  };
}
