import type { ConfigCopy, ConfigSource } from '../../core/links/config-source.ts';
import { copyOfTexts, NO_CONFIGS } from '../../core/links/config-texts.ts';
import { parseShareLink, renameShareLink } from '../../core/links/share-link.ts';
import type { OutlineClient } from './client.ts';

/** The access key of a peer, `ss://…` (server/api.yml, AccessKey.accessUrl), under the name that the key has. */
export class OutlineConfigSource implements ConfigSource {
  readonly #client: OutlineClient;

  constructor(client: OutlineClient) {
    this.#client = client;
  }

  async read(key: string, _etag: string | null, signal: AbortSignal): Promise<ConfigCopy> {
    const found = await this.#client.accessUrl(key, signal);
    if (found === null) return NO_CONFIGS;
    const link = parseShareLink(found.url);
    return copyOfTexts([link === null || found.name === '' ? found.url : renameShareLink(link, found.name).text]);
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}
