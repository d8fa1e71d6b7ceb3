import { useTranslation } from '../../i18n/words.tsx';
import { type QuotaFields, type TermsFields, withQuota } from '../../lib/terms.ts';
import { CycleSelect } from '../cycle-select.tsx';
import { TextField } from '../form.tsx';
import { Icon } from '../icon.tsx';
import { QuotaEditor } from './quota-editor.tsx';

interface TermsEditorProps {
  readonly fields: TermsFields;
  readonly onChange: (fields: TermsFields) => void;
}

/** As many as the server takes. */
const MOST_QUOTAS = 20;

/** All that terms can say: quotas, of everything and of parts, their cycle, and when access ends. */
export function TermsEditor({ fields, onChange }: TermsEditorProps) {
  const { t } = useTranslation();
  const { quotas } = fields;
  const set = (change: Partial<TermsFields>) => onChange({ ...fields, ...change });
  const setQuota = (next: QuotaFields) => set({ quotas: quotas.map((one) => (one.key === next.key ? next : one)) });
  const digits = (field: 'days' | 'graceHours') => (text: string) => set({ [field]: text.replace(/\D/g, '') });
  return (
    <>
      {quotas.map((quota, index) => (
        <QuotaEditor
          key={quota.key}
          number={quotas.length > 1 ? index + 1 : undefined}
          fields={quota}
          onChange={setQuota}
          onRemove={() => set({ quotas: quotas.filter(({ key }) => key !== quota.key) })}
        />
      ))}
      {quotas.length === 0 ? <p className="mut">{t('common.terms.noQuota')}</p> : null}
      <div className="row2s">
        <button
          type="button"
          className="btn"
          disabled={quotas.length >= MOST_QUOTAS}
          onClick={() => onChange(withQuota(fields))}
        >
          <Icon name="plus" />
          {t('common.terms.addQuota')}
        </button>
      </div>
      <CycleSelect label={t('common.terms.cycle')} value={fields.cycle} onChange={(cycle) => set({ cycle })} />
      <div className="fields">
        <TextField
          label={t('common.terms.days')}
          help={t('common.terms.daysHelp')}
          value={fields.days}
          onChange={digits('days')}
          inputMode="numeric"
        />
        <TextField
          label={t('common.terms.graceHours')}
          help={t('common.terms.graceHoursHelp')}
          value={fields.graceHours}
          onChange={digits('graceHours')}
          inputMode="numeric"
        />
      </div>
    </>
  );
}
