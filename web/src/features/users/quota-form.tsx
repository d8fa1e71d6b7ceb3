import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { plansQuery } from '../../api/resources.ts';
import type { Plan, User } from '../../api/types.ts';
import { Form, FormError, TextField } from '../../components/form.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { Select } from '../../components/select.tsx';
import { parseGib } from '../../lib/parse-gib.ts';
import { type EntitlementWish, useEntitle, useTermsPreview } from './api.ts';

type Kind = 'none' | 'quota' | 'plan';
const CYCLES = ['month:1', 'jalali-month:1', 'week:mon', 'week:sat', 'day', 'days:30', 'none'] as const;
type Cycle = (typeof CYCLES)[number];

/** What a user may use: everything, a quota of their own, or a plan; below it, what that would do at once. */
export function QuotaForm({ user, onDone }: { readonly user: User; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const now = user.entitlement;
  const plans = useQuery(plansQuery).data?.items ?? [];
  const [kind, setKind] = useState<Kind>(now?.plan ? 'plan' : 'quota');
  const [gib, setGib] = useState(gibOf(now?.terms.quotas[0]?.bytes));
  const [cycle, setCycle] = useState<Cycle>(CYCLES.find((one) => one === now?.terms.cycle) ?? 'month:1');
  const [planId, setPlanId] = useState(now?.plan?.id ?? '');
  const plan = plans.find(({ id }) => id === planId) ?? plans[0];
  const entitle = useEntitle(user);
  const wish = wishOf(kind, parseGib(gib), cycle, plan?.id);
  const kinds = [
    { value: 'quota' as const, label: t('users.entitle.quota') },
    ...(plans.length > 0 ? [{ value: 'plan' as const, label: t('users.entitle.plan') }] : []),
    { value: 'none' as const, label: t('users.entitle.none') },
  ];
  return (
    <Form onSubmit={() => wish && entitle.mutate(wish, { onSuccess: onDone })}>
      <Segmented label={t('users.entitle.what')} value={kind} options={kinds} onChange={setKind} />
      {kind === 'quota' ? (
        <OwnQuota
          gib={gib}
          onGib={setGib}
          cycle={cycle}
          onCycle={setCycle}
          replaces={(now?.terms.quotas.length ?? 0) > 1}
        />
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
      {wish && kind !== 'none' ? <AtOnce user={user} terms={termsOf(wish, plan)} /> : null}
      <FormError error={entitle.error} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={wish === null || entitle.isPending}>
          {t('common.save')}
        </button>
      </div>
    </Form>
  );
}

interface OwnQuotaProps {
  readonly gib: string;
  readonly onGib: (gib: string) => void;
  readonly cycle: Cycle;
  readonly onCycle: (cycle: Cycle) => void;
  /** There are several now, which the form would make one. */
  readonly replaces: boolean;
}

function OwnQuota({ gib, onGib, cycle, onCycle, replaces }: OwnQuotaProps) {
  const { t } = useTranslation();
  return (
    <>
      <TextField label={t('users.entitle.gib')} value={gib} onChange={onGib} inputMode="decimal" autoFocus />
      <Select<Cycle>
        label={t('users.entitle.cycle')}
        value={cycle}
        options={CYCLES.map((value) => ({ value, label: t(`common.quotaCycle.${value.replace(':', '-')}`) }))}
        onChange={onCycle}
      />
      {replaces ? <p className="warned">{t('users.entitle.replaces')}</p> : null}
    </>
  );
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

/** Asked of the server, which decides it: whether these terms would cut this user off now. */
function AtOnce({ user, terms }: { readonly user: User; readonly terms: unknown }) {
  const { t } = useTranslation();
  const preview = useTermsPreview(user.id, terms).data;
  if (!preview) return <p className="mut">&nbsp;</p>;
  if (preview.cutOff > 0) return <p className="warned">{t('users.entitle.cutsOff', { name: user.name })}</p>;
  if (preview.restored > 0) return <p>{t('users.entitle.restores', { name: user.name })}</p>;
  return <p className="mut">{t('users.entitle.changesNothing')}</p>;
}
