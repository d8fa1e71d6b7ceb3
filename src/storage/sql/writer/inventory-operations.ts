import type { Assignment, NewNode, NewUser } from '../../../core/inventory/inventory-store.ts';
import type { NewFigure } from '../../../core/ledger/reconciliation-store.ts';
import type { NodeId, UserId } from '../../../core/units/ids.ts';
import type { Figures } from './figures.ts';
import type { MeterStates } from './meter-states.ts';
import type { Nodes } from './nodes.ts';
import { operation } from './operation.ts';
import type { Owners } from './owners.ts';
import type { Plans } from './plans.ts';

interface InventoryParts {
  readonly nodes: Nodes;
  readonly owners: Owners;
  readonly states: MeterStates;
  readonly plans: Plans;
  readonly figures: Figures;
}

/** What is metered, and whose it is. */
export function inventoryOperations({ nodes, owners, states, figures, plans }: InventoryParts) {
  const addUser = ({ entitlement, ...user }: NewUser, nowMs: number) => {
    const { id } = owners.addUser(user);
    if (entitlement !== undefined) plans.entitle([id], entitlement, null, nowMs);
    return owners.find(id);
  };
  return {
    addNode: operation('inventory', (_now, node: NewNode) => nodes.add(node), false),
    updateNode: operation('inventory', (_now, id: NodeId, change: Parameters<Nodes['update']>[1]) =>
      nodes.update(id, change),
    ),
    deleteNode: operation('inventory', (_now, id: NodeId, at: Date) => nodes.delete(id, at), false),
    addFigure: operation('none', (_now, figure: NewFigure) => figures.add(figure)),
    removeFigure: operation('none', (_now, node: NodeId, id: string, at: Date) => figures.remove(node, id, at)),
    assignPeers: operation('inventory', (now, assignments: readonly Assignment[]) => {
      states.forgetOwnersOf(owners.assignPeers(assignments, now));
    }),
    addUser: operation('inventory', (now, user: NewUser) => addUser(user, now)),
    addUsers: operation('inventory', (now, users: readonly NewUser[]) => {
      for (const user of users) addUser(user, now);
    }),
    updateUser: operation('inventory', (now, id: UserId, change: Parameters<Owners['updateUser']>[1]) =>
      owners.updateUser(id, change, now),
    ),
    deleteUser: operation('inventory', (_now, id: UserId, at: Date) => {
      owners.deleteUser(id, at);
      states.forgetAllOwners();
    }),
    rotateUserToken: operation('inventory', (now, id: UserId, token: string) => owners.rotateUserToken(id, token, now)),
  };
}
