import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { plansQuery } from '../../api/resources.ts';
import { useSession } from '../../api/session.tsx';
import type { Entitlement } from '../../api/types.ts';
import { InstantField, useInstant } from '../../components/instant-field.tsx';
import { Select } from '../../components/select.tsx';
import { Switch } from '../../components/switch.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { localTime } from '../../lib/zone.ts';
import type { EntitlementChange } from './api.ts';

interface TimeStart {
  /** Something limits the user: else nothing begins and nothing follows. */
  readonly limits: boolean;
  /** Another plan or other terms than before. */
  readonly isNew: boolean;
  readonly cycle: string | undefined;
}

const NONE = '';

/** When what a user may use begins, when it ends, and what comes then. Only what was changed is wished. */
export function useTimeFields(
  opened: Entitlement | null,
  { limits, isNew, cycle }: TimeStart,
): { readonly wish: EntitlementChange; readonly fields: ReactNode } {
  const before = useTimeBefore(opened);
  const [now, setNow] = useState(before);
  const instant = useInstant(now.end);
  if (!limits) return { wish: {}, fields: null };
  // A cycle that counts from the beginning begins with one, unless it is said otherwise.
  const fresh = now.fresh ?? /^(days:|month:start)/.test(cycle ?? '');
  const begins = now.waits ? 'with-first-use' : 'now';
  const wish: EntitlementChange = {
    ...(now.end === before.end ? {} : { expiresAt: instant ?? null }),
    ...(now.next === before.next ? {} : { nextPlan: now.next === NONE ? null : now.next }),
    ...(now.waits === before.waits ? {} : { begins }),
    ...(isNew && !now.waits ? { fresh } : {}),
  };
  const fields = (
    <TimeFields
      time={{ ...now, fresh }}
      starts={before}
      asksFresh={isNew && !now.waits}
      onChange={(change) => setNow({ ...now, ...change })}
    />
  );
  return { wish, fields };
}

interface Time {
  /** As clocks of the panel's zone show it; empty: it does not end. */
  readonly end: string;
  /** The plan by its id. */
  readonly next: string;
  readonly waits: boolean;
  /** Undefined: as the cycle has it. */
  readonly fresh: boolean | undefined;
}

function useTimeBefore(entitlement: Entitlement | null): Time {
  const zone = useSession()?.timeZone ?? 'UTC';
  if (entitlement === null) return { end: '', next: NONE, waits: false, fresh: undefined };
  const { expiresAt, nextPlan, startedAt } = entitlement;
  return {
    end: expiresAt === null ? '' : localTime(new Date(expiresAt), zone),
    ...{ next: nextPlan?.id ?? NONE, waits: startedAt === null, fresh: undefined },
  };
}

interface TimeFieldsProps {
  readonly time: Time & { readonly fresh: boolean };
  /** What was there when the form was opened: it is not hidden. */
  readonly starts: Time;
  readonly asksFresh: boolean;
  readonly onChange: (change: Partial<Time>) => void;
}

function TimeFields({ time, starts, asksFresh, onChange }: TimeFieldsProps) {
  const { t } = useTranslation();
  const plans = useQuery(plansQuery).data?.items ?? [];
  const options = [
    { value: NONE, label: t('users.time.nothing') },
    ...plans.map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <details className="more" open={starts.end !== '' || starts.next !== NONE || starts.waits}>
      <summary>{t('users.time.title')}</summary>
      <div className="stack">
        <Line
          label={t('users.time.waits')}
          help={t('users.time.waitsHelp')}
          checked={time.waits}
          onChange={(waits) => onChange({ waits })}
        />
        {asksFresh ? (
          <Line
            label={t('users.time.fresh')}
            help={t('users.time.freshHelp')}
            checked={time.fresh}
            onChange={(fresh) => onChange({ fresh })}
          />
        ) : null}
        <InstantField label={t('users.time.ends')} value={time.end} onChange={(end) => onChange({ end })} />
        {options.length > 1 ? (
          <Select
            label={t('users.time.next')}
            value={time.next}
            options={options}
            onChange={(next) => onChange({ next })}
          />
        ) : null}
      </div>
    </details>
  );
}

interface LineProps {
  readonly label: string;
  readonly help: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

function Line({ label, help, checked, onChange }: LineProps) {
  return (
    <div className="form-line">
      <Switch label={label} checked={checked} onChange={onChange} />
      <span className="note">
        <b>{label}</b> {help}
      </span>
    </div>
  );
}
