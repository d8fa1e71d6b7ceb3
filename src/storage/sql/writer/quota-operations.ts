import type { EntitlementChange, NewPlan, NewTopUp } from '../../../core/quota/quota-store.ts';
import type { AdminId, PlanId, TopUpId, UserId } from '../../../core/units/ids.ts';
import { operation } from './operation.ts';
import type { Plans } from './plans.ts';
import type { Quotas } from './quotas.ts';
import type { Settings } from './settings.ts';

interface QuotaParts {
  readonly plans: Plans;
  readonly quotas: Quotas;
  readonly settings: Settings;
}

/** Plans, entitlements, top-ups, and the judging of who is due. */
export function quotaOperations({ plans, quotas, settings }: QuotaParts) {
  return {
    addPlan: operation('none', (now, plan: NewPlan) => plans.add(plan, now)),
    updatePlan: operation('inventory', (_now, id: PlanId, change: Partial<NewPlan>) => plans.update(id, change)),
    deletePlan: operation('none', (now, id: PlanId) => plans.delete(id, now)),
    entitle: operation('inventory', (now, userIds: readonly UserId[], change: EntitlementChange, by: AdminId | null) =>
      plans.entitle(userIds, change, by, now),
    ),
    addTopUp: operation('inventory', (now, topUp: NewTopUp) => plans.addTopUp(topUp, now), false),
    undoTopUp: operation('inventory', (now, id: TopUpId, by: AdminId | null) => plans.undoTopUp(id, by, now), false),
    judgeDue: operation('none', (now) => quotas.judgeDue(now)),
    /** Sets a reset mark for those whose next plan begins. */
    beginNextPlans: operation('inventory', (now) => plans.beginNext(now)),
    setTrustedServers: operation('inventory', (_now, servers: readonly string[]) => {
      settings.set('quota.trusted-servers', servers);
      quotas.everybodysUsageChanged();
    }),
  };
}
