import type { ConfigCopy, ConfigSource } from '../../core/links/config-source.ts';
import { copyOfTexts, NO_CONFIGS } from '../../core/links/config-texts.ts';
import type { RemnawaveClient } from './client.ts';
import { unexpected } from './failures.ts';

const SUBSCRIPTION = { isFound: 'value', links: ['value'] } as const;

/** The links of a user's subscription (libs/contract, subscriptions/by-username), as the panel's own page has them. */
export class RemnawaveConfigSource implements ConfigSource {
  readonly #client: RemnawaveClient;

  constructor(client: RemnawaveClient) {
    this.#client = client;
  }

  async read(key: string, _etag: string | null, signal: AbortSignal): Promise<ConfigCopy> {
    const path = `api/subscriptions/by-username/${encodeURIComponent(key)}`;
    const found = await this.#client.find(path, SUBSCRIPTION, signal);
    const { isFound, links } = (found?.response ?? {}) as { readonly isFound?: unknown; readonly links?: unknown };
    if (found === null || isFound === false) return NO_CONFIGS;
    if (!Array.isArray(links)) throw unexpected('a subscription has no list of links');
    return copyOfTexts(links);
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}
