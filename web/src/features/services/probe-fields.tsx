import { fieldError, TextField } from '../../components/form.tsx';
import { Switch } from '../../components/switch.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import type { ProbeSetting } from './api.ts';

/** Fields as they are typed. */
export interface ProbeDraft {
  readonly kind: ProbeSetting['kind'];
  readonly host: string;
  readonly port: string;
  readonly serverName: string;
  readonly seconds: string;
  readonly anyCertificate: boolean;
  readonly privateAddresses: boolean;
}

export const PROBE_FIELDS = ['host', 'port', 'serverName', 'intervalSeconds'] as const;

interface ProbeFieldsProps {
  readonly draft: ProbeDraft;
  readonly onChange: (part: Partial<ProbeDraft>) => void;
  readonly error: Error | null;
  readonly listenPort: number | null;
}

/** Where a probe goes, and what it takes for right. */
export function ProbeFields({ draft, onChange, error, listenPort }: ProbeFieldsProps) {
  const { t } = useTranslation();
  const digits = (text: string) => text.replace(/\D/g, '');
  return (
    <>
      <TextField
        label={t('services.host')}
        value={draft.host}
        onChange={(host) => onChange({ host })}
        help={t('services.hostHelp')}
        error={fieldError(error, 'host')}
      />
      {draft.kind === 'ping' ? null : (
        <TextField
          label={t('services.port')}
          value={draft.port}
          onChange={(text) => onChange({ port: digits(text) })}
          inputMode="numeric"
          placeholder={listenPort === null ? '' : String(listenPort)}
          error={fieldError(error, 'port')}
        />
      )}
      {draft.kind === 'tls' ? (
        <>
          <TextField
            label={t('services.serverName')}
            value={draft.serverName}
            onChange={(serverName) => onChange({ serverName })}
            help={t('services.serverNameHelp')}
            error={fieldError(error, 'serverName')}
          />
          <Choice
            label={t('services.anyCertificate')}
            checked={draft.anyCertificate}
            onChange={(anyCertificate) => onChange({ anyCertificate })}
          />
        </>
      ) : null}
      <Choice
        label={t('services.privateAddresses')}
        checked={draft.privateAddresses}
        onChange={(privateAddresses) => onChange({ privateAddresses })}
      />
      <TextField
        label={t('services.every')}
        value={draft.seconds}
        onChange={(text) => onChange({ seconds: digits(text) })}
        inputMode="numeric"
        error={fieldError(error, 'intervalSeconds')}
      />
    </>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

function Choice({ label, checked, onChange }: ChoiceProps) {
  return (
    <div className="form-line">
      <Switch label={label} checked={checked} onChange={onChange} />
      <span className="note">{label}</span>
    </div>
  );
}
