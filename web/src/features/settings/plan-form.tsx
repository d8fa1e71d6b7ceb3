import { useState } from 'react';
import type { Plan } from '../../api/types.ts';
import { CycleSelect } from '../../components/cycle-select.tsx';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useSavePlan } from './api.ts';
import { PlanEffect } from './plan-effect.tsx';
import { fieldsOf, type PlanFields, termsOf } from './plan-terms.ts';

interface PlanFormProps {
  /** Absent: a new one. */
  readonly plan?: Plan;
  readonly onDone: () => void;
}

/** One quota of everything or of a group of nodes, and for how long; further quotas of a plan stay as they are. */
export function PlanForm({ plan, onDone }: PlanFormProps) {
  const { t } = useTranslation();
  const save = useSavePlan(plan);
  const [name, setName] = useState(plan?.name ?? '');
  const [fields, setFields] = useState(() => fieldsOf(plan));
  const terms = termsOf(fields, plan);
  const set = (field: keyof PlanFields) => (value: string) => setFields({ ...fields, [field]: value });
  const digits = (field: keyof PlanFields) => (text: string) => set(field)(text.replace(/\D/g, ''));
  return (
    <Form onSubmit={() => terms && save.mutate({ name, terms }, { onSuccess: onDone })}>
      <TextField
        label={t('settings.plans.name')}
        value={name}
        onChange={setName}
        autoFocus
        error={fieldError(save.error, 'name')}
      />
      <TextField
        label={t('settings.plans.gib')}
        help={t('settings.plans.gibHelp')}
        value={fields.gib}
        onChange={set('gib')}
        inputMode="decimal"
      />
      {fields.gib === '' ? null : (
        <>
          <TextField
            label={t('settings.plans.groups')}
            help={t('settings.plans.groupsHelp')}
            value={fields.groups}
            onChange={set('groups')}
          />
          <TextField
            label={t('settings.plans.soft')}
            help={t('settings.plans.softHelp')}
            value={fields.soft}
            onChange={digits('soft')}
            inputMode="numeric"
          />
          <TextField
            label={t('settings.plans.grace')}
            help={t('settings.plans.graceHelp')}
            value={fields.grace}
            onChange={set('grace')}
            inputMode="decimal"
          />
          <label className="check-line">
            <input
              type="checkbox"
              className="check"
              checked={fields.rollover}
              onChange={() => setFields({ ...fields, rollover: !fields.rollover })}
            />
            <span>{t('settings.plans.rollover')}</span>
          </label>
        </>
      )}
      <CycleSelect label={t('settings.plans.cycle')} value={fields.cycle} onChange={set('cycle')} />
      <TextField
        label={t('settings.plans.days')}
        help={t('settings.plans.daysHelp')}
        value={fields.days}
        onChange={digits('days')}
        inputMode="numeric"
      />
      {plan !== undefined && plan.users > 0 && terms !== null ? <PlanEffect plan={plan} terms={terms} /> : null}
      <FormError error={save.error} fields={['name']} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={name === '' || terms === null || save.isPending}>
          {t(plan === undefined ? 'settings.plans.add' : 'common.save')}
        </button>
      </div>
    </Form>
  );
}
