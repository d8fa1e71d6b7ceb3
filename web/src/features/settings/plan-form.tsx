import { useState } from 'react';
import type { Plan } from '../../api/types.ts';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { TermsEditor } from '../../components/terms/terms-editor.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { fieldsOf, termsIn } from '../../lib/terms.ts';
import { useSavePlan } from './api.ts';
import { PlanEffect } from './plan-effect.tsx';

interface PlanFormProps {
  /** Absent: a new one. */
  readonly plan?: Plan;
  readonly onDone: () => void;
}

/** A name for terms that many users have; below, what other terms would do to them at once. */
export function PlanForm({ plan, onDone }: PlanFormProps) {
  const { t } = useTranslation();
  const save = useSavePlan(plan);
  const [name, setName] = useState(plan?.name ?? '');
  const [fields, setFields] = useState(() => fieldsOf(plan?.terms));
  const terms = termsIn(fields);
  return (
    <Form onSubmit={() => terms && save.mutate({ name, terms }, { onSuccess: onDone })}>
      <TextField
        label={t('settings.plans.name')}
        value={name}
        onChange={setName}
        autoFocus
        error={fieldError(save.error, 'name')}
      />
      <TermsEditor fields={fields} onChange={setFields} />
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
