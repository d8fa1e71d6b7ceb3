import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { Select } from '../../components/select.tsx';
import { parseGib } from '../../lib/format.ts';
import { useAddPlan } from './api.ts';

const CYCLES = ['month:1', 'jalali-month:1', 'week:mon', 'week:sat', 'day', 'days:30', 'none'] as const;
type Cycle = (typeof CYCLES)[number];

/** One quota of everything in a cycle, and for how long; finer plans are made by API and command line. */
export function AddPlanForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const add = useAddPlan();
  const [name, setName] = useState('');
  const [gib, setGib] = useState('');
  const [cycle, setCycle] = useState<Cycle>('month:1');
  const [days, setDays] = useState('');
  const bytes = parseGib(gib);
  const submit = () =>
    add.mutate(
      {
        name,
        terms: {
          cycle,
          quotas: bytes === null ? [] : [{ bytes }],
          ...(days === '' ? {} : { validDays: Number(days) }),
        },
      },
      { onSuccess: onDone },
    );
  return (
    <Form onSubmit={submit}>
      <TextField
        label={t('settings.plans.name')}
        value={name}
        onChange={setName}
        autoFocus
        error={fieldError(add.error, 'name')}
      />
      <TextField
        label={t('settings.plans.gib')}
        help={t('settings.plans.gibHelp')}
        value={gib}
        onChange={setGib}
        inputMode="decimal"
      />
      <Select<Cycle>
        label={t('settings.plans.cycle')}
        value={cycle}
        options={CYCLES.map((value) => ({ value, label: t(`common.quotaCycle.${value.replace(':', '-')}`) }))}
        onChange={setCycle}
      />
      <TextField
        label={t('settings.plans.days')}
        help={t('settings.plans.daysHelp')}
        value={days}
        onChange={(text) => setDays(text.replace(/\D/g, ''))}
        inputMode="numeric"
      />
      <FormError error={add.error} fields={['name']} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button
          type="submit"
          className="btn primary"
          disabled={name === '' || (gib !== '' && bytes === null) || add.isPending}
        >
          {t('settings.plans.add')}
        </button>
      </div>
    </Form>
  );
}
