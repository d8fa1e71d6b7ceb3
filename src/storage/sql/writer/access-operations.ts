import type { AccessMode } from '../../../core/access/access-store.ts';
import type { Clearance } from '../../../core/access/decide.ts';
import type { Notice } from '../../../core/inventory/node-operations.ts';
import type { NodeId, PeerId } from '../../../core/units/ids.ts';
import type { AccessMarks, StoredSuspension } from './access-marks.ts';
import { operation } from './operation.ts';

type Failures = readonly { readonly peerId: PeerId; readonly problem: Notice; readonly retryAt: Date }[];

/** Which access is wanted, and how far it is. */
export function accessOperations({ access }: { readonly access: AccessMarks }) {
  return {
    setAccessMode: operation('none', (_now, nodeId: NodeId, mode: AccessMode, at: Date) =>
      access.setMode(nodeId, mode, at.getTime()),
    ),
    wantOff: operation('none', (_now, ids: readonly PeerId[], at: Date) => access.want(ids, at.getTime())),
    clearAccess: operation('none', (_now, ids: readonly PeerId[], clearance: Clearance) =>
      access.clear(ids, clearance),
    ),
    beginSuspensions: operation('none', (_now, begun: readonly StoredSuspension[], at: Date) =>
      access.begin(begun, at.getTime()),
    ),
    noteSuspended: operation('none', (_now, ids: readonly PeerId[], at: Date) => access.suspended(ids, at.getTime())),
    forgetAccess: operation('none', (now, ids: readonly PeerId[]) => access.forget(ids, now)),
    noteSourceLimits: operation('none', (_now, limits: Parameters<AccessMarks['noteSourceLimits']>[0]) =>
      access.noteSourceLimits(limits),
    ),
    failAccess: operation('none', (_now, failures: Failures) => access.fail(failures)),
  };
}
