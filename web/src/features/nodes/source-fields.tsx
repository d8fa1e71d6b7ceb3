import type { NodeOptions } from '../../api/types.ts';
import { fieldError, TextArea, TextField } from '../../components/form.tsx';
import { protocolName } from '../../components/protocol-badge.tsx';
import { Select } from '../../components/select.tsx';
import { Switch } from '../../components/switch.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import type { NodeDraft } from './api.ts';
import {
  chosenValue,
  fieldsOf,
  kindOn,
  kindsOf,
  parseDeclaration,
  type SourceField,
  type SourceWay,
} from './source-kinds.ts';

interface SourceFieldsProps {
  readonly kind: string;
  readonly options: NodeOptions;
  readonly onChange: (options: NodeOptions) => void;
  readonly error: Error | null;
  /** Secrets that are there already: left empty they stay. */
  readonly secrets?: Readonly<Record<string, 'set' | 'not-set' | 'lost'>>;
}

/** Where the counters of a source are, and how to get at them. */
export function SourceFields({ kind, options, onChange, error, secrets = {} }: SourceFieldsProps) {
  return fieldsOf(kind, options).map((field) => (
    <OneField
      key={field.name}
      field={field}
      value={chosenValue(kind, field.name, options)}
      onChange={(value) => onChange({ ...options, [field.name]: value })}
      error={fieldError(error, `options/${field.name}`)}
      secret={secrets[field.name]}
    />
  ));
}

interface OneFieldProps {
  readonly field: SourceField;
  readonly value: NodeOptions[keyof NodeOptions];
  readonly onChange: (value: string | boolean | undefined) => void;
  readonly error: string | undefined;
  readonly secret: 'set' | 'not-set' | 'lost' | undefined;
}

function OneField({ field, value, onChange, error, secret }: OneFieldProps) {
  const { t } = useTranslation();
  const { name, as, placeholder } = field;
  const label = t(`nodes.source.label.${name}`);
  const help = t(`nodes.source.help.${field.help ?? name}`);
  if (as === 'switch')
    return (
      <div className="form-line">
        <Switch label={label} checked={value === true} onChange={(checked) => onChange(checked || undefined)} />
        <span className="note">
          <b>{label}</b> {help}
        </span>
      </div>
    );
  if (typeof as === 'object')
    return (
      <div className="form-line">
        <Select
          label={label}
          value={String(value)}
          options={as.map((one) => ({ value: one, label: name === 'proxy' ? one : t(`nodes.source.choice.${one}`) }))}
          onChange={onChange}
        />
        <span className="note">{help}</span>
      </div>
    );
  const shared = { label, value: String(value ?? ''), onChange: (given: string) => onChange(given || undefined) };
  if (as === 'lines') {
    const isWrong = typeof value === 'string' && parseDeclaration(value) === null;
    return <TextArea {...shared} help={help} error={error ?? (isWrong ? t('nodes.source.noJson') : undefined)} />;
  }
  const isStored = secret === 'set' || secret === 'lost';
  return (
    <TextField
      {...shared}
      dir="ltr"
      type={as === 'secret' ? 'password' : 'text'}
      inputMode={as === 'number' ? 'numeric' : 'text'}
      autoComplete={as === 'secret' ? 'new-password' : 'off'}
      placeholder={placeholder}
      help={isStored ? t(`nodes.source.${secret}`) : help}
      error={error}
    />
  );
}

interface SourceKindSelectProps {
  readonly way: SourceWay;
  readonly draft: NodeDraft;
  readonly onChange: (draft: NodeDraft) => void;
}

/** Somebody else's server is not asked twice a minute. */
const SUBSCRIPTION_SECONDS = 600;

export function SourceKindSelect({ way, draft, onChange }: SourceKindSelectProps) {
  const { t } = useTranslation();
  return (
    <Select
      label={t(`nodes.source.kind.${way}`)}
      value={kindOn(way, draft.kind)}
      options={kindsOf(way).map((kind) => ({
        value: kind,
        label: way === 'other' ? t(`nodes.source.named.${kind}`) : protocolName(kind),
      }))}
      onChange={(kind) => {
        const slow = kind === 'subscription' ? { pollIntervalSeconds: SUBSCRIPTION_SECONDS } : {};
        onChange({ ...draft, ...slow, kind });
      }}
    />
  );
}
