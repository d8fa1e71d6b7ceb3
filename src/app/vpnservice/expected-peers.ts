import type { InventoryStore } from '../../core/inventory/inventory-store.ts';
import type { Node } from '../../core/inventory/node.ts';
import type { PollBooked } from '../../core/ledger/usage-ledger.ts';
import type { SettingsStore } from '../../core/settings/settings-store.ts';
import type { UserId } from '../../core/units/ids.ts';

const SETTING = 'import.expected-peers';

/**
 * Peers that an import named but no poll has shown yet: public key -> user. They go to their user as soon as a node
 * shows them.
 */
export class ExpectedPeers {
  readonly #inventory: Pick<InventoryStore, 'peer' | 'assignPeers'>;
  readonly #settings: SettingsStore;
  #byKey: Map<string, UserId> | null = null;

  constructor(inventory: Pick<InventoryStore, 'peer' | 'assignPeers'>, settings: SettingsStore) {
    this.#inventory = inventory;
    this.#settings = settings;
  }

  async expect(peers: ReadonlyMap<string, UserId>): Promise<void> {
    const known = await this.#load();
    if ([...peers].every(([key, userId]) => known.get(key) === userId)) return;
    for (const [key, userId] of peers) known.set(key, userId);
    await this.#save(known);
  }

  /** True if that user already waits for the key. */
  async isExpected(key: string, userId: UserId): Promise<boolean> {
    return (await this.#load()).get(key) === userId;
  }

  async afterPoll(_node: Node, booked: PollBooked): Promise<void> {
    const known = await this.#load();
    if (known.size === 0) return;
    const fresh = await Promise.all(
      booked.services.flatMap(({ newPeers }) => newPeers.map((id) => this.#inventory.peer(id))),
    );
    const assignments = fresh.flatMap((peer) => {
      const userId = peer === null || peer.userId !== null ? undefined : known.get(peer.key);
      if (peer === null || userId === undefined) return [];
      return [{ peerId: peer.id, key: peer.key, userId, from: peer.firstSeenAt, countInCycle: true }];
    });
    if (assignments.length === 0) return;
    await this.#inventory.assignPeers(assignments.map(({ key: _key, ...assignment }) => assignment));
    for (const { key } of assignments) known.delete(key);
    await this.#save(known);
  }

  async #load(): Promise<Map<string, UserId>> {
    const saved = this.#byKey === null ? await this.#settings.get(SETTING) : null;
    this.#byKey ??= new Map(Object.entries((saved ?? {}) as Record<string, UserId>));
    return this.#byKey;
  }

  async #save(known: ReadonlyMap<string, UserId>): Promise<void> {
    await this.#settings.set(SETTING, Object.fromEntries(known), null);
  }
}
