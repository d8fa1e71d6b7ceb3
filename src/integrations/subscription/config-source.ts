import { SourceFailure } from '../../core/errors.ts';
import type { ConfigCopy, ConfigSource } from '../../core/links/config-source.ts';
import { parseSubscriptionText } from '../../core/links/subscription-text.ts';
import { asSourceFailure, brokenOff } from '../../core/metering/source-failures.ts';
import type { HttpClient } from '../../lib/http-client/http-client.ts';
import { HttpFailure } from '../../lib/http-client/http-failure.ts';

/** Providers answer by the client's name: to this one as links, one a line. */
const AGENT = 'v2rayNG/1.10 (Xpert)';
const TIMEOUT_MS = 15_000;
/** Thousands of servers are some hundred KB. */
const MAX_BYTES = 4 * 1024 * 1024;
const MOST_REDIRECTS = 5;
const MAX_ETAG = 256;

/** The configurations behind somebody else's subscription link. What is in it may lead anywhere: it is data, never run. */
export class SubscriptionConfigSource implements ConfigSource {
  readonly #url: URL;
  readonly #http: HttpClient;

  /** `http`: an address of somebody else may lead to public hosts only. */
  constructor(link: string, http: HttpClient) {
    this.#url = new URL(link);
    this.#url.hash = '';
    this.#http = http;
  }

  async read(_key: string, etag: string | null, signal: AbortSignal): Promise<ConfigCopy | 'unchanged'> {
    try {
      return await this.#read(etag, signal);
    } catch (error) {
      if (signal.aborted) throw brokenOff(signal);
      throw error instanceof HttpFailure ? asSourceFailure(error) : error;
    }
  }

  async close(): Promise<void> {
    this.#http.close();
  }

  async #read(etag: string | null, signal: AbortSignal): Promise<ConfigCopy | 'unchanged'> {
    const { status, headers, body } = await this.#http.request({
      url: this.#url,
      headers: { 'user-agent': AGENT, accept: '*/*', ...(etag === null ? {} : { 'if-none-match': etag }) },
      signal,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      redirects: MOST_REDIRECTS,
    });
    if (status === 304 && etag !== null) return 'unchanged';
    if (status !== 200) throw refused(status);
    const copy = parseSubscriptionText(body.toString('utf8'));
    if (copy === null) throw garbled();
    const { etag: mark = null } = headers;
    return { ...copy, etag: mark !== null && mark.length <= MAX_ETAG ? mark : null };
  }
}

function refused(status: number): SourceFailure {
  return new SourceFailure('subscription-refused', `The provider answers ${status} to the link.`, {
    hint: 'It was renewed, or the account has ended: fetch it with a client, and give the new link.',
  });
}

function garbled(): SourceFailure {
  return new SourceFailure('output-garbled', 'Nothing of what the provider answers is a configuration.', {
    hint: 'It should be links (vless://, ss://, …), one a line, plain or in base64.',
  });
}
