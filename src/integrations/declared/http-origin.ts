import type { SourceFailure } from '../../core/errors.ts';
import { HttpClient } from '../../lib/http-client/http-client.ts';
import { HttpFailure } from '../../lib/http-client/http-failure.ts';
import { failure } from './failures.ts';
import type { DeclaredOptions } from './options.ts';
import { MAX_BYTES, type Origin, type Received } from './origin.ts';

/** An address that is asked with GET. */
export class HttpOrigin implements Origin {
  readonly #options: DeclaredOptions;
  readonly #client: HttpClient;

  constructor(options: DeclaredOptions) {
    this.#options = options;
    const { privateAddresses = false, certificateSha256 = null } = options;
    this.#client = new HttpClient({ policy: { kind: 'collector', privateAddresses }, certificateSha256 });
  }

  async read(signal: AbortSignal, take: (chunk: Buffer) => void): Promise<Received> {
    const { url = '', authorization } = this.#options;
    const headers = {
      accept: this.#options.format === 'json' ? 'application/json' : 'text/plain; version=0.0.4',
      ...(authorization === undefined ? {} : { authorization }),
    };
    const request = { url: new URL(url), headers, signal, maxBytes: MAX_BYTES, onData: take };
    const answer = await this.#client.request(request).catch((error: unknown) => {
      if (!(error instanceof HttpFailure)) throw error;
      throw failure(error.code, error.message, error.hint);
    });
    if (answer.status < 200 || answer.status > 299) throw refusedWith(answer.status, new URL(url).origin);
    // Without a length the end of the connection is the end of the answer, wherever it came.
    const { 'content-length': length, 'transfer-encoding': encoding } = answer.headers;
    return { isWhole: length !== undefined || encoding !== undefined };
  }

  close(): void {
    this.#client.close();
  }
}

function refusedWith(status: number, origin: string): SourceFailure {
  if (status === 401 || status === 403) {
    return failure(
      'http-unauthorized',
      `${origin} does not let us in (${status}).`,
      'Check "authorization" of the node.',
    );
  }
  if (status === 404)
    return failure('http-not-found', `${origin} does not know this path (404).`, 'Check "url" of the node.');
  return failure('http-status', `${origin} answers with status ${status}.`, 'Look into the log there.');
}
