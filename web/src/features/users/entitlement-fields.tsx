import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { plansQuery } from '../../api/resources.ts';
import type { Entitlement, Plan } from '../../api/types.ts';
import { TextField } from '../../components/form.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { Select } from '../../components/select.tsx';
import { parseGib } from '../../lib/format.ts';
import type { EntitlementWish } from './api.ts';

type Kind = 'none' | 'quota' | 'plan';
const CYCLES = ['month:1', 'jalali-month:1', 'week:mon', 'week:sat', 'day', 'days:30', 'none'] as const;
type Cycle = (typeof CYCLES)[number];

/** Everything, a quota of their own, or a plan. `now`: what they have. */
export function useEntitlementFields(now: Entitlement | null): {
  /** Null: not filled in yet. */
  readonly wish: EntitlementWish | null;
  /** The same as terms, for a preview; undefined where nothing would be limited. */
  readonly terms: unknown;
  readonly fields: ReactNode;
} {
  const { t } = useTranslation();
  const plans = useQuery(plansQuery).data?.items ?? [];
  const [kind, setKind] = useState<Kind>(now?.plan ? 'plan' : 'quota');
  const [gib, setGib] = useState(gibOf(now?.terms.quotas[0]?.bytes));
  const [cycle, setCycle] = useState<Cycle>(CYCLES.find((one) => one === now?.terms.cycle) ?? 'month:1');
  const [planId, setPlanId] = useState(now?.plan?.id ?? '');
  const plan = plans.find(({ id }) => id === planId) ?? plans[0];
  const wish = wishOf(kind, parseGib(gib), cycle, plan?.id);
  const kinds = [
    { value: 'quota' as const, label: t('users.entitle.quota') },
    ...(plans.length > 0 ? [{ value: 'plan' as const, label: t('users.entitle.plan') }] : []),
    { value: 'none' as const, label: t('users.entitle.none') },
  ];
  const fields = (
    <>
      <Segmented label={t('users.entitle.what')} value={kind} options={kinds} onChange={setKind} />
      {kind === 'quota' ? (
        <>
          <TextField label={t('users.entitle.gib')} value={gib} onChange={setGib} inputMode="decimal" autoFocus />
          <Select<Cycle>
            label={t('users.entitle.cycle')}
            value={cycle}
            options={CYCLES.map((value) => ({ value, label: t(`common.quotaCycle.${value.replace(':', '-')}`) }))}
            onChange={setCycle}
          />
          {(now?.terms.quotas.length ?? 0) > 1 ? <p className="warned">{t('users.entitle.replaces')}</p> : null}
        </>
      ) : null}
      {kind === 'plan' && plan ? (
        <Select
          label={t('users.entitle.plan')}
          value={plan.id}
          options={plans.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={setPlanId}
        />
      ) : null}
      {kind === 'none' ? <p>{t('users.entitle.noneWhat')}</p> : null}
    </>
  );
  return { wish, terms: wish && kind !== 'none' ? termsOf(wish, plan) : undefined, fields };
}

function termsOf({ quota, cycle }: EntitlementWish, plan: Plan | undefined): unknown {
  return quota === undefined ? plan?.terms : { cycle, quotas: [{ bytes: quota }] };
}

function gibOf(bytes: number | bigint | undefined): string {
  return bytes === undefined ? '' : String(Math.round((Number(bytes) / 2 ** 30) * 1000) / 1000);
}

function wishOf(kind: Kind, bytes: number | null, cycle: Cycle, planId: string | undefined): EntitlementWish | null {
  if (kind === 'none') return { plan: null };
  if (kind === 'plan') return planId === undefined ? null : { plan: planId };
  return bytes === null ? null : { quota: bytes, cycle };
}
