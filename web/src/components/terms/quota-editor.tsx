import { useState } from 'react';
import { useTranslation } from '../../i18n/words.tsx';
import { DIRECTIONS, type QuotaFields } from '../../lib/terms.ts';
import { TextField } from '../form.tsx';
import { Icon } from '../icon.tsx';
import { Segmented } from '../segmented.tsx';
import { Select } from '../select.tsx';
import { QuotaPartFields } from './quota-part-fields.tsx';

interface QuotaEditorProps {
  /** Its place among several; absent: it is the only one. */
  readonly number: number | undefined;
  readonly fields: QuotaFields;
  readonly onChange: (fields: QuotaFields) => void;
  readonly onRemove: () => void;
}

/** One quota: how much of what; what few need is behind a word. */
export function QuotaEditor({ number, fields, onChange, onRemove }: QuotaEditorProps) {
  const { t } = useTranslation();
  const set = (change: Partial<QuotaFields>) => onChange({ ...fields, ...change });
  const title = number === undefined ? t('common.terms.quota') : t('common.terms.quotaNumber', { number });
  // Only at first: it does not close over what is being typed.
  const [isFine] = useState(
    fields.soft !== '' || fields.grace !== '' || fields.rollover || fields.direction !== 'billed',
  );
  return (
    <fieldset className="quota-fields">
      <legend>{title}</legend>
      <button
        type="button"
        className="btn quiet icon take-away"
        aria-label={t('common.terms.remove', { title })}
        onClick={onRemove}
      >
        <Icon name="close" />
      </button>
      <TextField
        label={t('common.terms.gib')}
        value={fields.gib}
        onChange={(gib) => set({ gib })}
        inputMode="decimal"
      />
      <Segmented
        label={t('common.terms.of')}
        value={fields.isPart ? 'part' : 'all'}
        options={(['all', 'part'] as const).map((value) => ({ value, label: t(`common.terms.ofWhat.${value}`) }))}
        onChange={(value) => set({ isPart: value === 'part' })}
      />
      {fields.isPart ? <QuotaPartFields fields={fields} onChange={onChange} /> : null}
      <details className="more" open={isFine}>
        <summary>{t('common.terms.more')}</summary>
        <div className="stack">
          <Select
            label={t('common.terms.counts')}
            value={fields.direction}
            options={DIRECTIONS.map((value) => ({ value, label: t(`common.terms.direction.${value}`) }))}
            onChange={(direction) => set({ direction })}
          />
          <div className="fields">
            <TextField
              label={t('common.terms.soft')}
              help={t('common.terms.softHelp')}
              value={fields.soft}
              onChange={(soft) => set({ soft: soft.replace(/\D/g, '') })}
              inputMode="numeric"
            />
            <TextField
              label={t('common.terms.grace')}
              help={t('common.terms.graceHelp')}
              value={fields.grace}
              onChange={(grace) => set({ grace })}
              inputMode="decimal"
            />
          </div>
          <label className="check-line">
            <input
              type="checkbox"
              className="check"
              checked={fields.rollover}
              onChange={() => set({ rollover: !fields.rollover })}
            />
            <span>{t('common.terms.rollover')}</span>
          </label>
          <TextField
            label={t('common.terms.name')}
            help={t('common.terms.nameHelp')}
            value={fields.name}
            onChange={(name) => set({ name })}
            maxLength={64}
          />
        </div>
      </details>
    </fieldset>
  );
}
