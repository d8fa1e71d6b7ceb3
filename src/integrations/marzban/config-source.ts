import type { ConfigCopy, ConfigSource } from '../../core/links/config-source.ts';
import { copyOfTexts, NO_CONFIGS, tellsNone } from '../../core/links/config-texts.ts';
import type { MarzbanClient } from './client.ts';
import { unexpected } from './failures.ts';

const USER = { links: ['value'] } as const;

/** The links that Marzban builds for a user (app/models/user.py, UserResponse.links), as its own subscription has them. */
export class MarzbanConfigSource implements ConfigSource {
  readonly #client: MarzbanClient;

  constructor(client: MarzbanClient) {
    this.#client = client;
  }

  async read(key: string, _etag: string | null, signal: AbortSignal): Promise<ConfigCopy> {
    const user = await this.#client.user(key, USER, signal);
    if (user === 'absent' || user === 'conflict') return NO_CONFIGS;
    // PasarGuard and Marzneshin tell the address of a subscription, and no links.
    if (user.links === undefined)
      throw tellsNone('This panel', 'Give the user its subscription as a link: xpert link add, with its address.');
    if (!Array.isArray(user.links)) throw unexpected('a user has no list of links');
    return copyOfTexts(user.links);
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}
