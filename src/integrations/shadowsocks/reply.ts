import { garbled } from './failures.ts';

/** Collects the pieces of one answer of a manager. */
export interface ManagerReply<T> {
  /** True if nothing more comes. */
  readonly isOver: boolean;
  readonly hasBegun: boolean;
  /** @throws SourceFailure */
  push(text: string): void;
  /** @throws SourceFailure if it is not whole */
  finish(): T;
}

/** What is set of one port, as `list` tells it and `add` takes it. Secret: the password is in it. */
export type PortSettings = Readonly<Record<string, unknown>> & { readonly server_port: number };

const MAX_BYTES = 4 * 1024 * 1024;

/**
 * The answer to `list`: `[{"server_port":"8001","password":"…","method":"…"}, …]`. libev writes ports as texts, sends several
 * pieces where there are many, and begins the answer of no ports with its end (manager.c, get_and_reply of `list`);
 * shadowsocks-rust writes everything that a port has, in one piece.
 */
export class ListReply implements ManagerReply<ReadonlyMap<string, PortSettings>> {
  #text = '';

  get isOver(): boolean {
    return this.#text.trimEnd().endsWith(']');
  }

  get hasBegun(): boolean {
    return this.#text !== '';
  }

  push(text: string): void {
    this.#text += text;
    if (this.#text.length > MAX_BYTES) throw garbled('its list of ports has no end');
  }

  finish(): ReadonlyMap<string, PortSettings> {
    const ports = new Map<string, PortSettings>();
    for (const entry of this.#entries()) {
      const { server_port: port, password } = (entry ?? {}) as Readonly<Record<string, unknown>>;
      const number = Number(port);
      if (!Number.isInteger(number) || number < 1 || number > 65_535 || typeof password !== 'string')
        throw garbled('its list has something else than ports');
      ports.set(String(number), { ...(entry as object), server_port: number });
    }
    return ports;
  }

  #entries(): readonly unknown[] {
    const text = this.#text.trim();
    try {
      const list: unknown = text === ']' ? [] : JSON.parse(text);
      if (Array.isArray(list)) return list as unknown[];
    } catch {
      // What stood there may be a password: it is not repeated.
    }
    throw garbled('its list of ports cannot be read');
  }
}

/** The answer to `add` and `remove`: `ok`, or what went wrong. */
export class WordReply implements ManagerReply<boolean> {
  #text = '';

  get isOver(): boolean {
    return this.#text !== '';
  }

  get hasBegun(): boolean {
    return this.#text !== '';
  }

  push(text: string): void {
    this.#text += text.slice(0, 100);
  }

  /** Whether it was done. */
  finish(): boolean {
    return this.#text.trim() === 'ok';
  }
}
