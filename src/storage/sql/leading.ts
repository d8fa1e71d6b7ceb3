import type { HolderQuery } from '../../core/ledger/usage-history.ts';
import type { SegmentSums } from './reader/holder-reader.ts';

export type RankedBy = Exclude<HolderQuery['sort'], 'name'>;

/** What a holder is ranked by. */
export type Rankable = Pick<
  SegmentSums,
  'userId' | 'userToken' | 'peerId' | 'rx' | 'tx' | 'undirected' | 'connections' | 'lastMs'
>;

interface Order {
  readonly sort: RankedBy;
  readonly descending: boolean;
}

interface Ranked<R> {
  readonly of: R;
  readonly value: bigint | number;
  readonly id: string;
}

/** So many more than wanted are gathered before they are cut, so that few holders do not sort again and again. */
const SPARE = 64;

/**
 * The first `count` holders of an order, in it (the one of `comparison`): one walk, and a sort of those that come before
 * the last one so far. Putting all of 100,000 in order for a page of twenty takes fifteen times as long.
 */
export function leading<R extends Rankable>(holders: Iterable<R>, order: Order, count: number): R[] {
  const sign = order.descending ? -1 : 1;
  const isBefore = (value: bigint | number, id: string, than: Ranked<R>) =>
    value === than.value ? id < than.id : value < than.value === sign > 0;
  const compare = (a: Ranked<R>, b: Ranked<R>) => (a === b ? 0 : isBefore(a.value, a.id, b) ? -1 : 1);
  let first: Ranked<R>[] = [];
  let last: Ranked<R> | undefined;
  for (const of of holders) {
    const value = rankOf(of, order.sort);
    const id = of.userId ?? of.userToken ?? of.peerId ?? '';
    if (last !== undefined && !isBefore(value, id, last)) continue;
    first.push({ of, value, id });
    if (first.length < 2 * count + SPARE) continue;
    first = first.sort(compare).slice(0, count);
    last = first.at(-1);
  }
  return first
    .sort(compare)
    .slice(0, count)
    .map(({ of }) => of);
}

/** Of a source without directions neither is known: it comes before those that moved nothing. */
function rankOf({ rx, tx, undirected, connections, lastMs }: Rankable, sort: RankedBy): bigint | number {
  if (sort === 'connections') return connections;
  if (sort === 'lastUsed') return lastMs;
  if (sort === 'total') return rx + tx + undirected;
  if (undirected !== 0n) return -1n;
  return sort === 'rx' ? rx : tx;
}
