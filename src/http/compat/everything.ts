import type { InventoryStore } from '../../core/inventory/inventory-store.ts';
import type { Peer, User } from '../../core/inventory/peer.ts';
import type { Page, Visibility } from '../../core/ledger/usage-history.ts';

/** The seeds' addresses know no pages: what they list is read page by page and answered whole. */
const PAGE = 1000;

export async function allUsers(inventory: Pick<InventoryStore, 'users'>, who: Visibility): Promise<User[]> {
  const owner = who.kind === 'owner' ? { ownerId: who.adminId } : {};
  return everyPage((cursor) => inventory.users({ ...owner, limit: PAGE, cursor }));
}

export async function allPeers(
  inventory: Pick<InventoryStore, 'peers'>,
  who: Visibility,
  options: { readonly withEnded: boolean },
): Promise<Peer[]> {
  const owner = who.kind === 'owner' ? { ownerId: who.adminId } : {};
  return everyPage((cursor) => inventory.peers({ ...owner, ...options, limit: PAGE, cursor }));
}

async function everyPage<T>(read: (cursor: string | null) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await read(cursor);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

export function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
