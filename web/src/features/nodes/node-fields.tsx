import type { Way } from '../../api/types.ts';
import { fieldError, TextField } from '../../components/form.tsx';
import { Select } from '../../components/select.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import type { NodeDraft } from './api.ts';
import { SourceFields, SourceKindSelect } from './source-fields.tsx';
import { isSourceWay, kindOn } from './source-kinds.ts';

const INTERVALS = [1, 5, 10, 30, 60, 300, 600] as const;

interface NodeFieldsProps {
  readonly way: Way;
  readonly draft: NodeDraft;
  /** Groups as they are typed. */
  readonly tags: string;
  readonly onTags: (text: string) => void;
  readonly onChange: (draft: NodeDraft) => void;
  readonly error: Error | null;
}

export function NodeFields({ way, draft, tags, onTags, onChange, error }: NodeFieldsProps) {
  const { t } = useTranslation();
  const setOption = (name: 'ssh' | 'identityFile' | 'path' | 'interface') => (value: string) =>
    onChange({ ...draft, options: { ...draft.options, [name]: value || undefined } });
  return (
    <>
      {way === 'ssh' ? (
        <>
          <TextField
            label={t('nodes.field.ssh')}
            value={draft.options.ssh ?? ''}
            onChange={setOption('ssh')}
            dir="ltr"
            placeholder="meter@de-1.example.net:22"
            help={t('nodes.field.sshHelp')}
            error={fieldError(error, 'options/ssh')}
          />
          <TextField
            label={t('nodes.field.identity')}
            value={draft.options.identityFile ?? ''}
            onChange={setOption('identityFile')}
            dir="ltr"
            placeholder="/etc/xpert/node-key"
            help={t('nodes.field.identityHelp')}
            error={fieldError(error, 'options/identityFile')}
          />
        </>
      ) : null}
      {way === 'file' ? (
        <TextField
          label={t('nodes.field.path')}
          value={draft.options.path ?? ''}
          onChange={setOption('path')}
          dir="ltr"
          placeholder="/var/lib/xpert/wg-dump.txt"
          help={t('nodes.field.pathHelp')}
          error={fieldError(error, 'options/path')}
        />
      ) : null}
      {isSourceWay(way) ? (
        <>
          <div className="form-line">
            <SourceKindSelect way={way} draft={draft} onChange={onChange} />
          </div>
          <SourceFields
            kind={kindOn(way, draft.kind)}
            options={draft.options}
            onChange={(options) => onChange({ ...draft, options })}
            error={error}
          />
        </>
      ) : null}
      <div className="form-line">
        <Select
          label={t('nodes.field.interval')}
          value={String(draft.pollIntervalSeconds)}
          options={INTERVALS.map((seconds) => ({
            value: String(seconds),
            label: t('nodes.field.seconds', { count: seconds }),
          }))}
          onChange={(seconds) => onChange({ ...draft, pollIntervalSeconds: Number(seconds) })}
        />
      </div>
      <details className="more">
        <summary>{t('nodes.field.more')}</summary>
        <div className="stack">
          {way === 'file' || isSourceWay(way) ? null : (
            <TextField
              label={t('nodes.field.interface')}
              value={draft.options.interface ?? ''}
              onChange={setOption('interface')}
              dir="ltr"
              placeholder="wg0"
              help={t('nodes.field.interfaceHelp')}
            />
          )}
          <TextField
            label={t('nodes.field.tags')}
            help={t('nodes.field.tagsHelp')}
            value={tags}
            onChange={onTags}
            error={fieldError(error, 'tags')}
          />
          <Policies draft={draft} onChange={onChange} />
        </div>
      </details>
    </>
  );
}

/** What happens with what the counters show already, and with peers nobody owns. */
function Policies({ draft, onChange }: Pick<NodeFieldsProps, 'draft' | 'onChange'>) {
  const { t } = useTranslation();
  return (
    <>
      <div className="form-line">
        <Select
          label={t('nodes.field.opening')}
          value={draft.opening}
          options={[
            { value: 'baseline', label: t('nodes.field.openingBaseline') },
            { value: 'count', label: t('nodes.field.openingCount') },
          ]}
          onChange={(opening) => onChange({ ...draft, opening })}
        />
      </div>
      <p className="note">{t('nodes.field.openingHelp')}</p>
      <div className="form-line">
        <Select
          label={t('nodes.field.users')}
          value={draft.usersPolicy}
          options={[
            { value: 'none', label: t('nodes.field.usersNone') },
            { value: 'per-peer', label: t('nodes.field.usersPerPeer') },
            { value: 'from-comments', label: t('nodes.field.usersFromComments') },
          ]}
          onChange={(usersPolicy) => onChange({ ...draft, usersPolicy })}
        />
      </div>
      <p className="note">{t('nodes.field.usersHelp')}</p>
    </>
  );
}
