import { useTranslation } from 'react-i18next';
import type { NodeOptions } from '../../api/types.ts';
import { fieldError, TextField } from '../../components/form.tsx';
import { protocolName } from '../../components/protocol-badge.tsx';
import { Select } from '../../components/select.tsx';
import { Switch } from '../../components/switch.tsx';
import type { NodeDraft } from './api.ts';

type Field = 'url' | 'username' | 'password' | 'token' | 'access' | 'metricsUrl' | 'certSha256';

/** Panels that are read by their interface, and what each wants to know. */
const FIELDS = {
  marzban: ['url', 'username', 'password', 'certSha256'],
  '3x-ui': ['url', 'token', 'username', 'password', 'certSha256'],
  remnawave: ['url', 'token', 'certSha256'],
  outline: ['access', 'metricsUrl'],
} as const satisfies Readonly<Record<string, readonly Field[]>>;
type PanelKind = keyof typeof FIELDS;

const SECRETS: ReadonlySet<Field> = new Set(['password', 'token', 'access']);
const NEEDED: Readonly<Record<PanelKind, readonly Field[]>> = {
  marzban: ['url', 'username', 'password'],
  '3x-ui': ['url'],
  remnawave: ['url', 'token'],
  outline: ['access'],
};
const KINDS = Object.keys(FIELDS) as PanelKind[];

export const isPanelKind = (kind: string): kind is PanelKind => Object.hasOwn(FIELDS, kind);

/** Names of the fields whose errors stand beside them. */
export const PANEL_POINTERS = ['url', 'username', 'password', 'token', 'access', 'metricsUrl', 'certSha256'].map(
  (field) => `options/${field}`,
);

interface PanelFieldsProps {
  readonly kind: string;
  readonly options: NodeOptions;
  readonly onChange: (options: NodeOptions) => void;
  readonly error: Error | null;
  /** Secrets that are there already: left empty they stay. */
  readonly secrets?: Readonly<Record<string, 'set' | 'not-set' | 'lost'>>;
}

/** Where a panel is and how to log in there. */
export function PanelFields({ kind, options, onChange, error, secrets = {} }: PanelFieldsProps) {
  const { t } = useTranslation();
  if (!isPanelKind(kind)) return null;
  return (
    <>
      {FIELDS[kind].map((field) => {
        const state = secrets[field];
        const help = state === 'set' || state === 'lost' ? t(`nodes.panel.${state}`) : t(`nodes.panel.help.${field}`);
        return (
          <TextField
            key={field}
            label={t(`nodes.panel.${field}`)}
            value={options[field] ?? ''}
            onChange={(value) => onChange({ ...options, [field]: value || undefined })}
            type={SECRETS.has(field) ? 'password' : 'text'}
            autoComplete={SECRETS.has(field) ? 'new-password' : 'off'}
            help={help}
            error={fieldError(error, `options/${field}`)}
          />
        );
      })}
      <div className="form-line">
        <Switch
          label={t('nodes.panel.privateAddress')}
          checked={options.privateAddress ?? false}
          onChange={(privateAddress) => onChange({ ...options, privateAddress: privateAddress || undefined })}
        />
        <span className="note">{t('nodes.panel.privateAddressHelp')}</span>
      </div>
    </>
  );
}

export function PanelKindSelect({
  draft,
  onChange,
}: {
  readonly draft: NodeDraft;
  readonly onChange: (draft: NodeDraft) => void;
}) {
  const { t } = useTranslation();
  return (
    <Select
      label={t('nodes.panel.kind')}
      value={panelKindOf(draft.kind)}
      options={KINDS.map((kind) => ({ value: kind, label: protocolName(kind) }))}
      onChange={(kind) => onChange({ ...draft, kind })}
    />
  );
}

/** The kind that is chosen; the first one before any is. */
export function panelKindOf(kind: string): PanelKind {
  return isPanelKind(kind) ? kind : 'marzban';
}

/** Only what this kind takes; empty fields are left out. */
export function panelOptionsOf(kind: string, options: NodeOptions): NodeOptions {
  const fields: readonly Field[] = FIELDS[panelKindOf(kind)];
  const given = fields.flatMap((field) => (options[field] ? [[field, options[field]] as const] : []));
  return { ...Object.fromEntries(given), ...(options.privateAddress ? { privateAddress: true } : {}) };
}

export function isPanelComplete(kind: string, options: NodeOptions): boolean {
  return NEEDED[panelKindOf(kind)].every((field) => Boolean(options[field]));
}
