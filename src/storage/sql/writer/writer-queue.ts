import type { Item, WriterItem } from './writer-items.ts';

/** What waits for the writer, in the order of the calls; polls wait apart, they are long. */
export class WriterQueue {
  #items: WriterItem[] = [];
  readonly #isBarrier: (item: WriterItem) => boolean;

  /** `isBarrier`: nothing that was called after it may go before it, and it waits for all that was called before. */
  constructor(isBarrier: (item: WriterItem) => boolean) {
    this.#isBarrier = isBarrier;
  }

  push(item: WriterItem): void {
    this.#items.push(item);
  }

  has(id: number): boolean {
    return this.#items.some((item) => item.id === id);
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** Reports may go before operations that have nothing to do with owners or marks, never before the others. */
  takeReports(): Item<'reports'>[] {
    const barrier = this.#items.findIndex(this.#isBarrier);
    const end = barrier < 0 ? this.#items.length : barrier;
    const isTaken = (item: WriterItem, i: number): boolean => i < end && item.kind === 'reports';
    const reports = this.#items.filter(isTaken) as Item<'reports'>[];
    if (reports.length > 0) this.#items = this.#items.filter((item, i) => !isTaken(item, i));
    return reports;
  }

  /** The next thing that is no report; undefined if there is none that may go before the reports in front of it. */
  next(): Item<'operation'> | Item<'settle'> | undefined {
    const index = this.#nextIndex();
    return this.#items[index] as Item<'operation'> | Item<'settle'> | undefined;
  }

  /** `next` and the operations right behind it, up to a barrier; with `isBehind` a barrier goes alone. */
  takeOperations(isBehind: boolean): Item<'operation'>[] {
    const from = this.#nextIndex();
    const taken: Item<'operation'>[] = [];
    for (const item of this.#items.slice(from)) {
      if (item.kind !== 'operation') break;
      if (taken.length > 0 && this.#isBarrier(item) && (from > 0 || isBehind)) break;
      taken.push(item);
    }
    this.#items.splice(from, taken.length);
    return taken;
  }

  takeSettles(): Item<'settle'>[] {
    const settles = this.#items.filter((item) => item.kind === 'settle');
    this.#items = this.#items.filter((item) => item.kind !== 'settle');
    return settles;
  }

  takeAll(): WriterItem[] {
    const all = this.#items;
    this.#items = [];
    return all;
  }

  remove(item: WriterItem): void {
    this.#items = this.#items.filter((each) => each !== item);
  }

  #nextIndex(): number {
    const index = this.#items.findIndex(({ kind }) => kind !== 'reports');
    const item = this.#items[index];
    return index > 0 && item !== undefined && this.#isBarrier(item) ? -1 : index;
  }
}
