import type { AccessStore, ListedTarget } from '../../core/access/access-store.ts';
import type { AccessTarget } from '../../core/access/decide.ts';
import type { CannotEnforce, EnforcerAbilities } from '../../core/access/enforcer.ts';
import { type Stay, whyItStays } from '../../core/access/why.ts';
import { ExpectedError } from '../../core/errors.ts';
import type { InventoryStore } from '../../core/inventory/inventory-store.ts';
import type { Node } from '../../core/inventory/node.ts';
import { counted } from '../../core/units/counted.ts';
import type { NodeId, UserId } from '../../core/units/ids.ts';

/** More peers of one user are not told. */
const MOST = 1_000;

interface Surroundings {
  readonly store: Pick<AccessStore, 'list' | 'targets'>;
  readonly inventory: Pick<InventoryStore, 'node'>;
  readonly abilitiesOf: (node: Node) => EnforcerAbilities | CannotEnforce;
}

/** See `AccessOperations.staying`. */
export async function staying(
  { store, inventory, abilitiesOf }: Surroundings,
  userId: UserId,
  isPaused: boolean,
): Promise<readonly { readonly target: ListedTarget; readonly why: Stay }[]> {
  const { items } = await store.list({ userId, limit: MOST, cursor: null });
  const nodes = new Map<NodeId, Node | null>();
  for (const { nodeId } of items) if (!nodes.has(nodeId)) nodes.set(nodeId, await inventory.node(nodeId));
  return items.flatMap((target) => {
    const node = nodes.get(target.nodeId) ?? null;
    const why = node === null ? null : whyItStays(target, abilitiesOf(node), isPaused);
    return why === null ? [] : [{ target, why }];
  });
}

/** Peers of a node from which Xpert took something that they did not get back yet. */
export async function heldOn(store: Pick<AccessStore, 'targets'>, id: NodeId): Promise<readonly AccessTarget[]> {
  return (await store.targets(id)).filter(({ mark }) => {
    return mark !== null && mark.phase !== 'wanted' && (mark.kept !== null || mark.isKeptLost);
  });
}

/** See `AccessOperations.mustHoldNothing`. */
export async function mustHoldNothing({ store }: Pick<Surroundings, 'store'>, { id, name }: Node): Promise<void> {
  const held = await heldOn(store, id);
  if (held.length === 0) return;
  throw new ExpectedError(
    'peers-still-suspended',
    `Xpert suspended ${counted(held.length, 'peer')} on ${name}; once the node is removed, nobody gives them access back.`,
    {
      hint: `First: xpert node access ${name} read-only --give-back. If the node is gone for good: xpert node remove ${name} --leave-suspended`,
      details: { peers: held.length },
    },
  );
}
