import { describe, expect, it } from 'vitest';
import { type Amount, advanceFlows, type FlowBook, type FlowSnapshot } from './flows.ts';

const amount = (rx: number, tx: number): Amount => ({ rx: BigInt(rx), tx: BigInt(tx) });
const shown = (counters: Record<string, [number, number]>, total: [number, number] | null): FlowSnapshot => ({
  counters: new Map(Object.entries(counters).map(([id, [rx, tx]]) => [id, amount(rx, tx)])),
  total: total === null ? null : amount(...total),
});

/** What each look counts: of every counter, and the rest. */
function looks(...snapshots: (FlowSnapshot & { restarted?: boolean })[]) {
  let book: FlowBook | null = null;
  return snapshots.map((snapshot) => {
    const { next, grown, rest } = advanceFlows(book, snapshot, snapshot.restarted ?? false);
    book = next;
    return [Object.fromEntries(grown), rest];
  });
}

describe('counters of a client program', () => {
  it('count nothing at the first look, then their growth; new ones whole', () => {
    expect(
      looks(shown({ a: [100, 900] }, [500, 5_000]), shown({ a: [110, 950], b: [7, 70] }, [517, 5_120])).slice(1),
    ).toEqual([[{ a: amount(10, 50), b: amount(7, 70) }, amount(0, 0)]]);
  });

  it('that ended in between leave a rest: what the process carried and no counter shows', () => {
    const [, second] = looks(shown({ a: [100, 900] }, [100, 900]), shown({}, [130, 1_000]));
    expect(second).toEqual([{}, amount(30, 100)]);
  });

  it('begin anew with the process, whose total fell', () => {
    const [, second] = looks(shown({ a: [100, 900] }, [100, 900]), shown({ b: [5, 50] }, [6, 55]));
    expect(second).toEqual([{ b: amount(5, 50) }, amount(1, 5)]);
  });

  it('that have the names of before count whole after a restart, although they are larger', () => {
    const [, second] = looks(shown({ out: [100, 900] }, null), {
      ...shown({ out: [150, 950] }, null),
      restarted: true,
    });
    expect(second).toEqual([{ out: amount(150, 950) }, amount(0, 0)]);
  });

  it('read a moment after the total are ahead of it: the rest waits, and nothing counts twice', () => {
    const all = looks(
      shown({ a: [0, 0] }, [0, 0]),
      shown({ a: [0, 100] }, [0, 80]),
      shown({ a: [0, 100] }, [0, 100]),
      shown({}, [0, 130]),
    );
    expect(all.map(([, rest]) => rest)).toEqual([amount(0, 0), amount(0, 0), amount(0, 0), amount(0, 30)]);
  });
});
