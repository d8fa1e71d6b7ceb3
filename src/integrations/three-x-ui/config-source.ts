import type { ConfigCopy, ConfigSource } from '../../core/links/config-source.ts';
import { copyOfTexts, NO_CONFIGS, tellsNone } from '../../core/links/config-texts.ts';
import { unexpected } from './failures.ts';
import type { ThreeXuiSession } from './session.ts';

/**
 * The links of a client (version 3, web/controller/client.go: `GET clients/links/EMAIL`). The panel writes into them the
 * name under which it is asked, unless an inbound says another.
 */
export class ThreeXuiConfigSource implements ConfigSource {
  readonly #session: ThreeXuiSession;

  constructor(session: ThreeXuiSession) {
    this.#session = session;
  }

  async read(key: string, _etag: string | null, signal: AbortSignal): Promise<ConfigCopy> {
    const answer = await this.#session.get(`panel/api/clients/links/${encodeURIComponent(key)}`, ['value'], signal);
    if (answer === null) throw tellsNone('This version of 3x-ui', 'Version 3 does; or give them out: xpert link add.');
    // Go writes an empty list as null.
    if (answer.obj === null) return NO_CONFIGS;
    if (!Array.isArray(answer.obj)) throw unexpected('the links of a client are no list');
    return copyOfTexts(answer.obj);
  }

  async close(): Promise<void> {
    this.#session.close();
  }
}
