import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Who asked, as the process that was asked first saw it. */
export interface Visitor {
  readonly ip: string;
  readonly protocol: 'http' | 'https';
  readonly host: string;
  /** Over the owner's socket of that process. */
  readonly isLocalOwner: boolean;
  /** Nobody asked that process: it asks for itself. */
  readonly isProcess?: boolean;
}

/** Carries a visitor from one process to another. */
export const VISITOR_HEADER = 'x-xpert-visitor';
/** Clocks of two machines differ by less; one that listened in cannot use what it heard for longer. */
const VALID_MS = 120_000;

/** Only a process that has the key can say who asks; for one request, and for a while. */
export class VisitorSeal {
  readonly #key: Uint8Array;
  readonly #nowMs: () => number;

  constructor(key: Uint8Array, nowMs: () => number) {
    this.#key = key;
    this.#nowMs = nowMs;
  }

  /** The header's value for a request with this method and address. */
  seal(visitor: Visitor, method: string, url: string): string {
    const text = Buffer.from(JSON.stringify({ ...visitor, atMs: this.#nowMs() })).toString('base64url');
    return `${text}.${this.#digest(text, method, url).toString('base64url')}`;
  }

  /** Null: nobody who has the key passed this request on. */
  open({ headers, method = '', url = '' }: Pick<IncomingMessage, 'headers' | 'method' | 'url'>): Visitor | null {
    const [text = '', digest = '', ...rest] = String(headers[VISITOR_HEADER] ?? '').split('.');
    const [got, wanted] = [Buffer.from(digest, 'base64url'), this.#digest(text, method, url)];
    if (rest.length > 0 || got.length !== wanted.length || !timingSafeEqual(got, wanted)) return null;
    const { atMs, ...visitor } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Visitor & { atMs: number };
    return Math.abs(this.#nowMs() - atMs) <= VALID_MS ? visitor : null;
  }

  #digest(text: string, method: string, url: string): Buffer {
    return createHmac('sha256', this.#key).update(`${method} ${url} ${text}`).digest();
  }
}
