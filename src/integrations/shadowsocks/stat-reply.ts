import { garbled, tellsNoCounters } from './failures.ts';
import type { ManagerReply } from './reply.ts';

export interface PortBytes {
  readonly port: string;
  /** Both directions together, since the server of that port started. */
  readonly bytes: bigint;
}

export interface StatAnswer {
  readonly ports: readonly PortBytes[];
  readonly isWhole: boolean;
  readonly borders: number;
}

/** libev sends what it has when its buffer of 64 KiB is half full. shadowsocks-libev manager.c, `BUF_SIZE / 2`. */
const SPLIT_BYTES = 32_767;
const MAX_U64 = 18_446_744_073_709_551_615n;
const ENTRY = /"(\d{1,5})":(\d{1,20})(?:,|$)/y;

/**
 * Collects the answer to `ping`: `stat: {"8001":11370,"8002":0}`. shadowsocks-rust answers in one piece and ends it with a
 * line feed. libev sends more pieces when one is full: they have no beginning of their own, and at each border **the
 * entry in between is dropped** (manager.c manager_recv_cb()).
 */
export class StatReply implements ManagerReply<StatAnswer> {
  #text = '';
  #parts = 0;
  #isLast = false;
  #ports: PortBytes[] = [];

  /** True if nothing more comes. A piece as long as a full one may be the last or not. */
  get isOver(): boolean {
    return this.#isLast;
  }

  get hasBegun(): boolean {
    return this.#text !== '' || this.#parts > 0;
  }

  /** Takes what came; borders of pieces are found in the text. @throws SourceFailure */
  push(text: string): void {
    this.#text += text;
    for (let end = this.#text.indexOf('}'); end >= 0; end = this.#text.indexOf('}')) {
      const part = this.#text.slice(0, end);
      const hasLineFeed = this.#text[end + 1] === '\n';
      this.#text = this.#text.slice(end + (hasLineFeed ? 2 : 1));
      if (this.#isLast) throw garbled('it goes on after its end');
      this.#part(part);
      if (hasLineFeed) this.#isLast = true;
    }
    if (this.#parts > 0 && this.#text === '\n') {
      this.#isLast = true;
      this.#text = '';
    }
    if (this.#parts === 0 && this.#text.trim() === 'pong') throw tellsNoCounters();
    if (this.#text.length > 2 * SPLIT_BYTES) throw garbled('it has no end');
  }

  /** @throws SourceFailure if nothing of an answer came */
  finish(): StatAnswer {
    if (this.#parts === 0) throw garbled('it has no end');
    const borders = this.#isLast ? this.#parts - 1 : this.#parts;
    return { ports: this.#ports, isWhole: this.#isLast && this.#text === '' && borders === 0, borders };
  }

  #part(part: string): void {
    const isFirst = this.#parts === 0;
    if (isFirst && !part.startsWith('stat: {')) throw garbled('it does not begin as one');
    const entries = isFirst ? part.slice('stat: {'.length) : part;
    this.#parts += 1;
    // With the brace that ended it.
    this.#isLast = part.length + 1 <= SPLIT_BYTES;
    ENTRY.lastIndex = 0;
    while (ENTRY.lastIndex < entries.length) {
      const match = ENTRY.exec(entries);
      if (match === null) throw garbled('it has something else than ports and bytes');
      this.#add(match[1] ?? '', BigInt(match[2] ?? ''));
    }
  }

  #add(port: string, bytes: bigint): void {
    if (bytes > MAX_U64) throw garbled('it has a number that no counter can show');
    this.#ports.push({ port, bytes });
  }
}
