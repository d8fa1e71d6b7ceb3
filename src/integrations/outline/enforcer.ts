import type {
  AccessChange,
  Enforcer,
  EnforcerAbilities,
  EnforcerTarget,
  Outcome,
  Seen,
} from '../../core/access/enforcer.ts';
import { oneByOne } from '../../core/access/one-by-one.ts';
import type { AccessKey, OutlineClient } from './client.ts';

export const OUTLINE_ABILITIES: EnforcerAbilities = {
  code: 'access-outline',
  means: 'the access key gets a data limit of 0 bytes; the limit that it had comes back',
  liveSessions: 'stay',
  countsDropped: false,
  isShownInPolls: true,
  keepsSecrets: false,
  caveats: [
    'The server takes the key away from new connections; those that are open stay until they end.',
    'A limit that somebody sets on a suspended key in Outline Manager gives it access until the next reading.',
  ],
};

/** What is kept of a key without a limit of its own. */
const NO_LIMIT = 'none';

/** Takes access keys of an Outline server away by a data limit of 0 bytes (shadowbox, server/server_access_key.ts). */
export class OutlineEnforcer implements Enforcer {
  readonly #client: OutlineClient;

  constructor(client: OutlineClient) {
    this.#client = client;
  }

  async look(targets: readonly EnforcerTarget[], signal: AbortSignal): Promise<readonly Seen[]> {
    const keys = await this.#client.keys(signal);
    return targets.map(({ key }) => seenOf(keys.get(key)));
  }

  suspend(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return this.#each(
      changes,
      (seen, { kept }) => seen.state === 'active' && seen.kept === kept,
      () => 0n,
      signal,
    );
  }

  restore(changes: readonly AccessChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const before = ({ kept }: AccessChange) => (kept === NO_LIMIT ? null : BigInt(kept));
    return this.#each(changes, (seen) => seen.state === 'suspended', before, signal);
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  #each(
    changes: readonly AccessChange[],
    isAsExpected: (seen: Seen, change: AccessChange) => boolean,
    limitOf: (change: AccessChange) => bigint | null,
    signal: AbortSignal,
  ): Promise<readonly Outcome[]> {
    return oneByOne(changes, async (change) => {
      const { key } = change.target;
      const seen = seenOf((await this.#client.keys(signal)).get(key));
      if (seen.state === 'absent') return 'absent';
      if (!isAsExpected(seen, change)) return 'changed';
      return (await this.#client.setLimit(key, limitOf(change), signal)) ? 'done' : 'absent';
    });
  }
}

function seenOf(key: AccessKey | undefined): Seen {
  if (key === undefined) return { state: 'absent' };
  const { limitBytes } = key;
  if (limitBytes === 0n) return { state: 'suspended' };
  return { state: 'active', kept: limitBytes === null ? NO_LIMIT : String(limitBytes) };
}
