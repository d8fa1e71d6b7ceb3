import { useState } from 'react';
import { FormError } from '../../components/form.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useImportPreview, useImportUsers } from './api.ts';
import { TemplateSelect } from './template-select.tsx';

/** Errors that are told by name; the others are counted. */
const TOLD = 20;

/** Users from a CSV file: first what would be made, then, if every line is right, all of them at once. */
export function ImportUsers({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const [csv, setCsv] = useState<string>();
  const [template, setTemplate] = useState('');
  const file = csv ? { csv, ...(template ? { template } : {}) } : undefined;
  const preview = useImportPreview(file);
  const create = useImportUsers();
  const found = preview.data;
  return (
    <>
      <p>{t('users.import.what')}</p>
      <pre className="wrap">name,user_token,email,note,tags,plan,quota_bytes,cycle,expires_at</pre>
      <label className="form-row">
        <span>{t('users.import.file')}</span>
        <input
          type="file"
          className="field file"
          accept=".csv,text/csv,text/plain"
          onChange={(event) => void event.target.files?.[0]?.text().then(setCsv)}
        />
      </label>
      <div className="form-line">
        <TemplateSelect value={template} onChange={setTemplate} />
      </div>
      <FormError error={preview.error ?? create.error} />
      {found ? <Found {...found} /> : null}
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button
          type="button"
          className="btn primary"
          disabled={!file || !found || found.created === 0 || found.errors.length > 0 || create.isPending}
          onClick={() => file && create.mutate(file, { onSuccess: onDone })}
        >
          {t('users.import.do', { count: found?.created ?? 0 })}
        </button>
      </div>
    </>
  );
}

interface FoundProps {
  readonly created: number;
  readonly existing: readonly string[];
  readonly errors: readonly { readonly line: number; readonly message: string }[];
}

function Found({ created, existing, errors }: FoundProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="stack" role="status">
      <p>{t('users.import.would', { count: created })}</p>
      {existing.length > 0 ? (
        <p className="mut two-lines">
          {t('users.import.stay', { count: existing.length, names: existing.slice(0, TOLD).join(', ') })}
        </p>
      ) : null}
      {errors.length > 0 ? (
        <>
          <p className="warned">{t('users.import.wrong', { count: errors.length })}</p>
          <ul className="told">
            {errors.slice(0, TOLD).map(({ line, message }) => (
              <li key={line}>
                <b className="num">{t('users.import.line', { line: format.count(line) })}</b> {message}
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </div>
  );
}
