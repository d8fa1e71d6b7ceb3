import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { codeOf, HttpFailure } from './http-failure.ts';

interface Receiving {
  readonly origin: string;
  readonly maxBytes: number;
  readonly onData: ((chunk: Buffer) => void) | null;
  /** False: only the beginning is wanted, to see what went wrong. */
  readonly isWhole: boolean;
  readonly signal: AbortSignal;
}

const BEGINNING_BYTES = 16 * 1024;
const CUT = new Set([
  'ECONNRESET',
  'ERR_STREAM_PREMATURE_CLOSE',
  'Z_BUF_ERROR',
  'HPE_INVALID_EOF_STATE',
  'ECONNABORTED',
]);
const GARBLED = /^(?:Z_|HPE_)/;

/** Takes the body, unpacked as it arrives, so that a small answer that unpacks to gigabytes ends at the cap. */
export async function receiveBody(incoming: IncomingMessage, wanted: Receiving): Promise<Buffer> {
  const encoding = incoming.headers['content-encoding'] ?? 'identity';
  const isPacked = encoding === 'gzip' || encoding === 'x-gzip';
  if (!isPacked && encoding !== 'identity' && encoding !== '') {
    incoming.destroy();
    throw new HttpFailure(
      'http-garbled',
      `${wanted.origin} packs its answer in an unknown way.`,
      'gzip was asked for.',
    );
  }
  const taking = new Taking(wanted);
  const take = (source: AsyncIterable<Buffer>) => taking.all(source);
  const { signal } = wanted;
  try {
    if (isPacked) await pipeline(incoming, createGunzip(), take, { signal });
    else await pipeline(incoming, take, { signal });
  } catch (error) {
    incoming.destroy();
    throw translated(taking.failure ?? error, wanted);
  }
  if (taking.isComplete && !incoming.complete) throw cut(wanted);
  return Buffer.concat(taking.kept);
}

class Taking {
  readonly kept: Buffer[] = [];
  isComplete = false;
  /** Why it was ended from this side; the pipeline may throw something else then. */
  failure: unknown;
  readonly #wanted: Receiving;
  #bytes = 0;

  constructor(wanted: Receiving) {
    this.#wanted = wanted;
  }

  async all(source: AsyncIterable<Buffer>): Promise<void> {
    try {
      for await (const chunk of source) {
        this.#take(chunk);
        if (!this.#wanted.isWhole && this.#bytes >= BEGINNING_BYTES) return;
      }
      this.isComplete = true;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  #take(chunk: Buffer): void {
    const { onData, maxBytes, origin } = this.#wanted;
    this.#bytes += chunk.length;
    if (this.#bytes > maxBytes) {
      const megabytes = Math.round(maxBytes / 1024 / 1024);
      throw new HttpFailure(
        'http-too-large',
        `${origin} answers with more than ${megabytes} MiB.`,
        'Is it the right one?',
      );
    }
    if (onData !== null) onData(chunk);
    else this.kept.push(chunk);
  }
}

function translated(error: unknown, wanted: Receiving): unknown {
  if (wanted.signal.aborted || error instanceof HttpFailure) return error;
  const code = codeOf(error);
  if (CUT.has(code)) return cut(wanted);
  if (GARBLED.test(code))
    return new HttpFailure(
      'http-garbled',
      `The answer of ${wanted.origin} is damaged (${code}).`,
      'Is a proxy in between?',
    );
  // Of whoever takes the data.
  return error;
}

function cut({ origin }: Receiving): HttpFailure {
  return new HttpFailure('http-cut', `The answer of ${origin} ended early.`, 'It, or a proxy before it, broke off.');
}
