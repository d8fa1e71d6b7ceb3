import { useState } from 'react';
import { CycleSelect } from '../../components/cycle-select.tsx';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { parseGib } from '../../lib/format.ts';
import { wordsOf } from '../../lib/words.ts';
import { useAddPlan } from './api.ts';

/** One quota of everything or of a group of nodes, and for how long; finer plans are made by API and command line. */
export function AddPlanForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const add = useAddPlan();
  const [name, setName] = useState('');
  const [gib, setGib] = useState('');
  const [cycle, setCycle] = useState('month:1');
  const [days, setDays] = useState('');
  const [groups, setGroups] = useState('');
  const bytes = parseGib(gib);
  const submit = () =>
    add.mutate(
      {
        name,
        terms: {
          cycle,
          quotas: bytes === null ? [] : [{ bytes, ...groupsIn(groups) }],
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
      <TextField
        label={t('settings.plans.groups')}
        help={t('settings.plans.groupsHelp')}
        value={groups}
        onChange={setGroups}
      />
      <CycleSelect label={t('settings.plans.cycle')} value={cycle} onChange={setCycle} />
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

/** Tags of nodes; none: the quota is of everything. */
function groupsIn(text: string): { readonly nodeTags?: string[] } {
  const nodeTags = wordsOf(text);
  return nodeTags.length === 0 ? {} : { nodeTags };
}
