import { useSession } from '../api/session.tsx';
import { useTranslation } from '../i18n/words.tsx';
import { instantAt } from '../lib/zone.ts';
import { TextField } from './form.tsx';

interface InstantFieldProps {
  readonly label: string;
  /** As clocks of the panel's zone show it. */
  readonly value: string;
  readonly onChange: (local: string) => void;
}

/** A day and time of the panel's zone. */
export function InstantField({ label, value, onChange }: InstantFieldProps) {
  const { t } = useTranslation();
  const zone = useSession()?.timeZone ?? 'UTC';
  return (
    <TextField
      label={label}
      type="datetime-local"
      value={value}
      onChange={onChange}
      help={t('common.range.zone', { zone })}
    />
  );
}

/** The instant that was typed; undefined while there is none. */
export function useInstant(local: string): string | undefined {
  const zone = useSession()?.timeZone ?? 'UTC';
  return local === '' ? undefined : instantAt(local, zone).toISOString();
}
