import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { plansQuery } from '../api/resources.ts';
import type { Plan } from '../api/types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { parseGib } from '../lib/format.ts';
import { CycleSelect } from './cycle-select.tsx';
import { TextField } from './form.tsx';
import { Segmented } from './segmented.tsx';
import { Select } from './select.tsx';

/** A plan by its id, a quota of everything in a cycle, or `plan: null`: everything allowed. Empty: what is there stays. */
export interface EntitlementWish {
  readonly plan?: string | null;
  readonly quota?: number;
  readonly cycle?: string;
}

/** What the fields show at first. */
export interface EntitlementStart {
  /** `kept`: terms that these fields cannot say, and that may stay. */
  readonly kind: 'none' | 'quota' | 'plan' | 'kept';
  readonly bytes?: number | bigint | undefined;
  readonly cycle?: string | undefined;
  /** By its id or its name. */
  readonly plan?: string | undefined;
  /** What is there is more than one quota of everything, and these fields would replace it. */
  readonly finer?: boolean;
}

type Kind = EntitlementStart['kind'];

export const NEW_QUOTA: EntitlementStart = { kind: 'quota' };

/** Everything, a quota of their own, or a plan. */
export function useEntitlementFields(start: EntitlementStart): {
  /** Null: not filled in yet. */
  readonly wish: EntitlementWish | null;
  /** The same as terms, for a preview; undefined where nothing would be limited. */
  readonly terms: unknown;
  readonly fields: ReactNode;
} {
  const { t } = useTranslation();
  const plans = useQuery(plansQuery).data?.items ?? [];
  const [kind, setKind] = useState<Kind>(start.kind);
  const [gib, setGib] = useState(gibOf(start.bytes));
  const [cycle, setCycle] = useState(start.cycle ?? 'month:1');
  const [chosen, setChosen] = useState(start.plan);
  const plan = plans.find(({ id, name }) => id === chosen || name === chosen) ?? plans[0];
  const wish = wishOf(kind, parseGib(gib), cycle, plan?.id);
  const offered: readonly (Kind | false)[] = [
    start.kind === 'kept' && 'kept',
    'quota',
    plans.length > 0 && 'plan',
    'none',
  ];
  const kinds = offered.filter((one) => one !== false).map((value) => ({ value, label: t(`common.entitle.${value}`) }));
  const fields = (
    <>
      <Segmented className="wrap" label={t('common.entitle.what')} value={kind} options={kinds} onChange={setKind} />
      {kind === 'quota' ? (
        <>
          <TextField label={t('common.entitle.gib')} value={gib} onChange={setGib} inputMode="decimal" />
          <CycleSelect label={t('common.entitle.cycle')} value={cycle} onChange={setCycle} />
          {start.finer ? <p className="warned">{t('common.entitle.replaces')}</p> : null}
        </>
      ) : null}
      {kind === 'plan' && plan ? (
        <Select
          label={t('common.entitle.plan')}
          value={plan.id}
          options={plans.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={setChosen}
        />
      ) : null}
      {kind === 'none' || kind === 'kept' ? <p>{t(`common.entitle.${kind}What`)}</p> : null}
    </>
  );
  return { wish, terms: wish && (kind === 'quota' || kind === 'plan') ? termsOf(wish, plan) : undefined, fields };
}

function termsOf({ quota, cycle }: EntitlementWish, plan: Plan | undefined): unknown {
  return quota === undefined ? plan?.terms : { cycle, quotas: [{ bytes: quota }] };
}

function gibOf(bytes: number | bigint | undefined): string {
  return bytes === undefined ? '' : String(Math.round((Number(bytes) / 2 ** 30) * 1000) / 1000);
}

function wishOf(kind: Kind, bytes: number | null, cycle: string, planId: string | undefined): EntitlementWish | null {
  if (kind === 'kept') return {};
  if (kind === 'none') return { plan: null };
  if (kind === 'plan') return planId === undefined ? null : { plan: planId };
  return bytes === null ? null : { quota: bytes, cycle };
}
