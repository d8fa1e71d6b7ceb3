import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { plansQuery } from '../../api/resources.ts';
import { useIsOwner } from '../../api/session.tsx';
import type { Plan } from '../../api/types.ts';
import { useCycleName } from '../../components/cycle-select.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Count } from '../../components/numbers.tsx';
import { QuotasShown } from '../../components/terms/quotas-shown.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useDeletePlan } from './api.ts';
import { ListCard, type ListColumn } from './list-card.tsx';
import { PlanForm } from './plan-form.tsx';

/** Plans that users may have; what one of them may use is set on the user's page. */
export function PlansCard() {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const query = useQuery(plansQuery);
  const [adding, setAdding] = useState(false);
  const [changed, setChanged] = useState<Plan | null>(null);
  const columns: readonly ListColumn[] = [
    { name: t('settings.plans.name'), waiting: 110 },
    { name: t('settings.plans.quota'), className: 'r', waiting: -64 },
    { name: t('settings.plans.cycle'), className: 'hide-s', waiting: 72 },
    { name: t('settings.plans.users'), className: 'r', waiting: -32 },
    { name: t('settings.plans.delete'), className: 'r', unseen: true, waiting: -60 },
  ];
  return (
    <ListCard
      of="plans"
      columns={columns}
      query={query}
      row={(plan) => <Row key={plan.id} plan={plan} mayChange={owner} onChange={() => setChanged(plan)} />}
      onAdd={owner ? () => setAdding(true) : undefined}
    >
      <Dialog title={t('settings.plans.add')} open={adding} onClose={() => setAdding(false)}>
        <PlanForm onDone={() => setAdding(false)} />
      </Dialog>
      <Dialog
        title={t('settings.plans.changeOf', { name: changed?.name ?? '' })}
        open={changed !== null}
        onClose={() => setChanged(null)}
      >
        {changed === null ? null : <PlanForm key={changed.id} plan={changed} onDone={() => setChanged(null)} />}
      </Dialog>
    </ListCard>
  );
}

interface RowProps {
  readonly plan: Plan;
  readonly mayChange: boolean;
  readonly onChange: () => void;
}

function Row({ plan, mayChange, onChange }: RowProps) {
  const { t } = useTranslation();
  const remove = useDeletePlan();
  const cycleName = useCycleName();
  return (
    <tr>
      <td>
        <span className="name">{plan.name}</span>
      </td>
      <td className="r two-lines">
        <QuotasShown quotas={plan.terms.quotas} />
      </td>
      <td className="hide-s mut">
        {cycleName(plan.terms.cycle)}
        {plan.terms.validDays === null ? '' : ` · ${t('settings.plans.valid', { count: plan.terms.validDays })}`}
      </td>
      <td className="r">
        <Count value={plan.users} />
      </td>
      <td className="r">
        {mayChange ? (
          <button
            type="button"
            className="btn quiet icon"
            aria-label={t('settings.plans.changeOf', { name: plan.name })}
            title={t('settings.plans.change')}
            onClick={onChange}
          >
            <Icon name="edit" />
          </button>
        ) : null}
        {mayChange ? (
          <button
            type="button"
            className="btn quiet icon"
            aria-label={t('settings.plans.deleteOf', { name: plan.name })}
            title={t(plan.users > 0 ? 'settings.plans.inUse' : 'settings.plans.delete')}
            disabled={plan.users > 0 || remove.isPending}
            onClick={() => remove.mutate(plan.id)}
          >
            <Icon name="trash" />
          </button>
        ) : null}
      </td>
    </tr>
  );
}
