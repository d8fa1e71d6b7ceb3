import type { NewScheduledReset, ResetRequest } from '../../../core/ledger/usage-ledger.ts';
import type { AdminId, ScheduledResetId } from '../../../core/units/ids.ts';
import { operation, preview } from './operation.ts';
import type { Resets } from './resets.ts';
import type { ScheduledResets } from './scheduled-resets.ts';
import type { Settings } from './settings.ts';

interface ResetParts {
  readonly resets: Resets;
  readonly schedule: ScheduledResets;
  readonly settings: Settings;
}

/** Reset marks, now and planned. */
export function resetOperations({ resets, schedule, settings }: ResetParts) {
  return {
    reset: operation('usage', (now, request: ResetRequest) => resets.reset(request, now)),
    undoReset: operation('usage', (now, id: string, by: AdminId | null) => resets.undo(id, by, now)),
    previewReset: preview((now, request: ResetRequest) =>
      resets.effectOf(request, now, () => void resets.reset(request, now)),
    ),
    previewUndoReset: preview((now, id: string) => resets.effectOfUndo(id, now)),
    scheduleReset: operation('none', (now, request: NewScheduledReset) => schedule.add(request, now)),
    cancelScheduledReset: operation('none', (now, id: ScheduledResetId) => schedule.cancel(id, now)),
    /** Asked for by the writer itself. */
    runScheduledResets: operation('usage', (now) => {
      for (const { mark, by } of schedule.run(now)) {
        const detail = { scope: mark.scope, users: mark.users, planned: true };
        settings.audit({ at: new Date(now), by, via: 'system', action: 'usage.reset', subject: mark.id, detail });
      }
    }),
  };
}
