import type { ChannelRules } from '../../api/types.ts';
import { Select } from '../../components/select.tsx';
import { useTranslation } from '../../i18n/words.tsx';

type Kind = NonNullable<ChannelRules['kinds']>[number];

const KINDS: readonly Kind[] = [
  ...(['nodes', 'services', 'counters', 'clock', 'users', 'access', 'unclaimed'] as const),
  ...(['backup', 'disk', 'budget', 'setup'] as const),
];
const SEVERITIES = ['info', 'warning', 'error'] as const;
const LANGUAGES = [
  { value: 'en', label: 'English' },
  { value: 'ru', label: 'Русский' },
  { value: 'fa', label: 'فارسی' },
  { value: 'zh', label: '中文' },
] as const;
const NIGHT = { fromMinute: 23 * 60, toMinute: 7 * 60 };

interface RulesProps {
  readonly rules: ChannelRules;
  readonly onChange: (rules: ChannelRules) => void;
}

/** What a channel is told, and how. */
export function ChannelRulesFields({ rules, onChange }: RulesProps) {
  const { t } = useTranslation();
  const kinds = rules.kinds ?? KINDS;
  const toggle = (kind: Kind) => {
    const next = kinds.includes(kind) ? kinds.filter((one) => one !== kind) : [...kinds, kind];
    if (next.length > 0) onChange({ ...rules, kinds: next.length === KINDS.length ? null : [...next] });
  };
  return (
    <>
      <div className="form-line">
        <Select
          label={t('settings.channels.language')}
          value={rules.language}
          options={LANGUAGES}
          onChange={(language) => onChange({ ...rules, language })}
        />
        <Select
          label={t('settings.channels.severity')}
          value={rules.minSeverity}
          options={SEVERITIES.map((value) => ({ value, label: t(`settings.channels.from.${value}`) }))}
          onChange={(minSeverity) => onChange({ ...rules, minSeverity })}
        />
      </div>
      <fieldset className="choices compact">
        <legend>{t('settings.channels.kinds')}</legend>
        {KINDS.map((kind) => (
          <label key={kind}>
            <input type="checkbox" className="check" checked={kinds.includes(kind)} onChange={() => toggle(kind)} />
            <span>{t(`settings.channels.of.${kind}`)}</span>
          </label>
        ))}
      </fieldset>
      <QuietHours rules={rules} onChange={onChange} />
      <label className="check-line">
        <input
          type="checkbox"
          className="check"
          checked={rules.namesUsers}
          onChange={() => onChange({ ...rules, namesUsers: !rules.namesUsers })}
        />
        <span>
          <b>{t('settings.channels.namesUsers')}</b>
          <span className="note">{t('settings.channels.namesUsersMeans')}</span>
        </span>
      </label>
    </>
  );
}

function QuietHours({ rules, onChange }: RulesProps) {
  const { t } = useTranslation();
  const { quiet } = rules;
  const setTime = (part: 'fromMinute' | 'toMinute') => (text: string) => {
    const minute = minuteOf(text);
    if (quiet && minute !== null) onChange({ ...rules, quiet: { ...quiet, [part]: minute } });
  };
  return (
    <fieldset className="choices">
      <legend>{t('settings.channels.quiet')}</legend>
      <label>
        <input
          type="checkbox"
          className="check"
          checked={quiet !== null}
          onChange={() => onChange({ ...rules, quiet: quiet === null ? NIGHT : null })}
        />
        <span>{t('settings.channels.quietMeans')}</span>
      </label>
      {quiet === null ? null : (
        <span className="row2s">
          <Time label={t('settings.channels.quietFrom')} minute={quiet.fromMinute} onChange={setTime('fromMinute')} />
          <Time label={t('settings.channels.quietTo')} minute={quiet.toMinute} onChange={setTime('toMinute')} />
        </span>
      )}
    </fieldset>
  );
}

interface TimeProps {
  readonly label: string;
  readonly minute: number;
  readonly onChange: (text: string) => void;
}

function Time({ label, minute, onChange }: TimeProps) {
  const two = (value: number) => String(value).padStart(2, '0');
  const text = `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
  return (
    <input
      type="time"
      className="field"
      aria-label={label}
      value={text}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function minuteOf(text: string): number | null {
  const [, hours, minutes] = /^(\d\d):(\d\d)/.exec(text) ?? [];
  return hours === undefined || minutes === undefined ? null : Number(hours) * 60 + Number(minutes);
}
