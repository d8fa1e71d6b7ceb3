import { SourceFailure } from '../../core/errors.ts';
import { parseUserinfo, type Userinfo } from '../../core/links/userinfo.ts';
import type { Collector, CounterSemantics, Poll, SourceNotice } from '../../core/metering/collector.ts';
import { asSourceFailure, brokenOff } from '../../core/metering/source-failures.ts';
import { undirected } from '../../core/units/bytes.ts';
import type { HttpClient } from '../../lib/http-client/http-client.ts';
import { HttpFailure } from '../../lib/http-client/http-failure.ts';
import { accountOf, type SubscriptionOptions } from './options.ts';

/**
 * What the provider says the account has used in its running cycle. It falls when a new cycle begins, and also when the
 * provider sets something back: nobody can tell which, so nothing counts until the next reading, and an admin may book it.
 * Providers multiply as they like.
 */
export const SEMANTICS: CounterSemantics = {
  kind: 'cumulative',
  falls: 'rewound',
  absence: 'silent',
  basis: 'weighted',
};

const DEFAULT_AGENT = 'clash.meta (Xpert)';
/** Configurations of thousands of servers; nothing of them is kept. */
const MAX_BYTES = 16 * 1024 * 1024;
const MOST_REDIRECTS = 5;
/** Cloudflare workers that make subscriptions write it as a comment into the first line. */
const COMMENT = /^[#;]\s*(?:subscription-userinfo:\s*)?(upload=[^\r\n]+)/i;
const COMMENT_BYTES = 512;

/** What one answer said beside the configurations. */
export interface Account {
  readonly userinfo: Userinfo;
  /** Name that the provider gave the profile; null: none. */
  readonly title: string | null;
}

/** Reads the usage of one account by its subscription link. */
export class SubscriptionCollector implements Collector {
  readonly semantics = SEMANTICS;
  readonly #options: SubscriptionOptions;
  readonly #http: HttpClient;

  /** `http`: what was read from a link of somebody else may lead to public addresses only. */
  constructor(options: SubscriptionOptions, http: HttpClient) {
    this.#options = options;
    this.#http = http;
  }

  async collect(signal: AbortSignal): Promise<Poll> {
    const { userinfo, title } = await this.read(signal);
    const { shared = false, host = '' } = this.#options;
    const account = { key: 'account', name: title ?? host, traffic: undirected(userinfo.upload + userinfo.download) };
    return {
      complete: true,
      services: [{ identity: accountOf(this.#options), kind: 'subscription', name: host, peers: [account] }],
      notices: shared ? [SHARED] : [],
    };
  }

  /** @throws SourceFailure */
  async read(signal: AbortSignal): Promise<Account> {
    try {
      return await this.#read(signal);
    } catch (error) {
      if (signal.aborted) throw brokenOff(signal);
      throw error instanceof HttpFailure ? asSourceFailure(error) : error;
    }
  }

  async close(): Promise<void> {
    this.#http.close();
  }

  async #read(signal: AbortSignal): Promise<Account> {
    let beginning = Buffer.alloc(0);
    const { status, headers } = await this.#http.request({
      url: new URL(this.#options.link),
      headers: { 'user-agent': this.#options.userAgent ?? DEFAULT_AGENT, accept: '*/*' },
      signal,
      maxBytes: MAX_BYTES,
      redirects: MOST_REDIRECTS,
      onData: (chunk) => {
        if (beginning.length < COMMENT_BYTES) beginning = Buffer.concat([beginning, chunk.subarray(0, COMMENT_BYTES)]);
      },
    });
    if (status !== 200) throw refused(status);
    const header = headers['subscription-userinfo'];
    const comment = COMMENT.exec(beginning.toString('latin1'))?.[1];
    const text = (Array.isArray(header) ? header[0] : header) ?? comment;
    if (text === undefined) throw noUsage();
    const userinfo = parseUserinfo(text);
    if (userinfo === null) throw garbled();
    return { userinfo, title: titleOf(headers['profile-title']) };
  }
}

const SHARED: SourceNotice = {
  code: 'account-shared',
  message: 'The account is shared: its bytes are of all who use it, and of no single user.',
  isInfo: true,
};

/** Plain, or `base64:` and UTF-8 in base64. */
function titleOf(header: string | string[] | undefined): string | null {
  if (typeof header !== 'string') return null;
  const text = header.startsWith('base64:') ? Buffer.from(header.slice(7), 'base64').toString('utf8') : header;
  const clean = text.replaceAll(/\p{C}/gu, '').trim().slice(0, 100);
  return clean === '' ? null : clean;
}

function refused(status: number): SourceFailure {
  return new SourceFailure('subscription-refused', `The provider answers ${status} to the link.`, {
    hint: 'It was renewed, or the account has ended: fetch it with a client, and give the new link.',
  });
}

function noUsage(): SourceFailure {
  return new SourceFailure('subscription-without-usage', 'The provider does not say what was used.', {
    hint: 'Some tell it to clients they know only: give the name of one, for example clash-verge/v2.0.',
  });
}

function garbled(): SourceFailure {
  return new SourceFailure('output-garbled', 'What the provider says of the usage is not readable.', {
    hint: 'It should look like upload=1; download=2; total=3; expire=4, in whole bytes.',
  });
}
