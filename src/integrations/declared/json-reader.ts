import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PeerReading } from '../../core/metering/collector.ts';
import { directed, type Traffic, undirected } from '../../core/units/bytes.ts';
import { JsonPicker } from '../../lib/json-picker.ts';
import { pointerNames, shapeOf, valueAt } from '../../lib/json-pointer.ts';
import { NotJson } from '../../lib/json-text.ts';
import { garbled } from './failures.ts';
import { countOf, type Found, keyOf, scaled } from './found.ts';
import type { DeclaredOptions } from './options.ts';

/** Items per turn of the event loop: some 10 ms. */
const ITEMS_PER_TURN = 5_000;
const OF_ITEMS = ['key', 'name', 'connection', 'createdAt', 'rx', 'tx', 'total'] as const;
const OF_ALL = ['start', 'uptime'] as const;

type Place = (typeof OF_ITEMS)[number] | (typeof OF_ALL)[number];

/** Reads a document as it arrives: nothing of it is kept but what stands at the declared places. */
export class JsonReader {
  readonly #options: DeclaredOptions;
  readonly #list: readonly string[];
  readonly #places: ReadonlyMap<Place, readonly string[]>;
  readonly #picker: JsonPicker;
  #notJson = false;

  constructor(options: DeclaredOptions) {
    this.#options = options;
    this.#list = pointerNames(options.list ?? '');
    const given = (place: Place) =>
      options[place] === undefined ? [] : [[place, pointerNames(options[place])] as const];
    this.#places = new Map([...OF_ITEMS, ...OF_ALL].flatMap(given));
    const wanted = [
      ...OF_ITEMS.flatMap((place) => this.#wanted(place, [...this.#list, '*'])),
      ...OF_ALL.flatMap((place) => this.#wanted(place, [])),
    ];
    this.#picker = new JsonPicker(shapeOf(wanted), { listsByPlace: true });
  }

  /** What is no JSON is told at the end: the way it came may have a better reason. */
  push(chunk: Buffer): void {
    if (this.#notJson) return;
    try {
      this.#picker.push(chunk);
    } catch (error) {
      if (!(error instanceof NotJson)) throw error;
      this.#notJson = true;
    }
  }

  /** JSON ends by itself, so that one that can be read is whole. @throws SourceFailure */
  async finish(signal: AbortSignal): Promise<Found> {
    const document = this.#document();
    const peers = new Map<string, PeerReading>();
    let withoutValue = 0;
    for (const [index, [member, item]] of this.#itemsOf(document).entries()) {
      if (index % ITEMS_PER_TURN === ITEMS_PER_TURN - 1) await nextTurn(undefined, { signal });
      const traffic = this.#trafficOf(item);
      if (traffic === null) {
        withoutValue += 1;
        continue;
      }
      const reading = this.#readingOf(member, item, traffic);
      const id = `${reading.key}\n${reading.connection ?? ''}`;
      if (peers.has(id)) throw garbled('the same key is there twice');
      peers.set(id, reading);
    }
    return { peers: [...peers.values()], withoutValue, isWhole: true, ...this.#startOf(document) };
  }

  #wanted(place: Place, under: readonly string[]): [names: readonly string[], inner: 'value'][] {
    const names = this.#places.get(place);
    return names === undefined ? [] : [[[...under, ...names], 'value']];
  }

  #document(): unknown {
    try {
      if (!this.#notJson) return this.#picker.finish();
    } catch (error) {
      if (!(error instanceof NotJson)) throw error;
    }
    throw garbled('it is no JSON, or it was cut');
  }

  /** What stands at a place; undefined where there is nothing, or no such place was declared. */
  #at(from: unknown, place: Place): unknown {
    const names = this.#places.get(place);
    return names === undefined ? undefined : valueAt(from, names);
  }

  /** Items with the name of the member that each of them was. */
  #itemsOf(document: unknown): readonly (readonly [string, unknown])[] {
    const items = valueAt(document, this.#list);
    const { list = '' } = this.#options;
    // Places are no names: whoever is before others in a list may go.
    if (Array.isArray(items) && !this.#places.has('key')) throw garbled(`"${list}" is a list, and "key" is not given`);
    if (typeof items === 'object' && items !== null) return Object.entries(items);
    throw garbled(`there is neither a list nor an object at "${list}"`);
  }

  #trafficOf(item: unknown): Traffic | null {
    const value = (place: 'rx' | 'tx' | 'total'): bigint | null => {
      const found = this.#at(item, place);
      if (found === undefined || found === null) return null;
      const number = countOf(found);
      if (number === null) throw garbled(`"${this.#options[place]}" of an item is no whole number from 0 on`);
      return scaled(number, this.#options);
    };
    if (this.#places.has('total')) {
      const total = value('total');
      return total === null ? null : undirected(total);
    }
    const rx = value('rx');
    const tx = value('tx');
    return rx === null || tx === null ? null : directed(rx, tx);
  }

  #readingOf(member: string, item: unknown, traffic: Traffic): PeerReading {
    const name = this.#at(item, 'name');
    return {
      key: keyOf(this.#places.has('key') ? this.#at(item, 'key') : member, 'key'),
      traffic,
      ...(this.#places.has('connection') ? { connection: keyOf(this.#at(item, 'connection'), 'connection') } : {}),
      ...(typeof name === 'string' && name !== '' ? { name: name.slice(0, 256) } : {}),
      ...beginOf(this.#at(item, 'createdAt')),
    };
  }

  #startOf(document: unknown): Pick<Found, 'start' | 'uptimeSeconds'> {
    if (this.#places.has('start')) return { start: keyOf(this.#at(document, 'start'), 'start') };
    if (!this.#places.has('uptime')) return {};
    const uptime = this.#at(document, 'uptime');
    const seconds = typeof uptime === 'bigint' ? Number(uptime) : uptime;
    if (typeof seconds !== 'number' || seconds < 0) throw garbled('"uptime" is no number of seconds');
    return { uptimeSeconds: seconds };
  }
}

function beginOf(value: unknown): Pick<PeerReading, 'startedAt'> {
  if (value === null || value === undefined) return {};
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  const ms = isNumber ? Number(value) * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  const startedAt = new Date(ms);
  if (Number.isNaN(startedAt.getTime())) throw garbled('"createdAt" of an item is no instant');
  return { startedAt };
}
