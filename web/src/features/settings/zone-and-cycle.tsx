import { useId, useState } from 'react';
import { useIsOwner } from '../../api/session.tsx';
import type { Settings } from '../../api/types.ts';
import { offeredCycles, useCycleName } from '../../components/cycle-select.tsx';
import { FormError } from '../../components/form.tsx';
import { Select } from '../../components/select.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useSetBillingCycle, useSetTimeZone } from './api.ts';
import { Fixed, Line } from './settings-line.tsx';

interface LineProps {
  readonly settings: Settings;
}

const ZONE = 'XPERT_TIME_ZONE';

/** Where days begin. Another zone holds from the next midnight on; until then both stand here. */
export function TimeZoneLine({ settings }: LineProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const owner = useIsOwner();
  const next = settings.nextTimeZone;
  return (
    <Line name={t('settings.timeZone')} what={t('settings.timeZoneWhat')}>
      {owner && !settings.fixedByEnvironment.includes(ZONE) ? (
        <ZoneForm key={next?.timeZone ?? settings.timeZone} settings={settings} />
      ) : (
        <>
          <b>{settings.timeZone}</b>
          <Fixed settings={settings} variable={ZONE} />
        </>
      )}
      {next ? (
        <span className="note">{t('settings.nextZone', { zone: next.timeZone, at: format.instant(next.from) })}</span>
      ) : null}
    </Line>
  );
}

function ZoneForm({ settings }: LineProps) {
  const { t } = useTranslation();
  const save = useSetTimeZone();
  const id = useId();
  const now = settings.nextTimeZone?.timeZone ?? settings.timeZone;
  const [zone, setZone] = useState(now);
  return (
    <form
      className="row2s"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(zone.trim());
      }}
    >
      <input
        className="field"
        list={id}
        value={zone}
        dir="ltr"
        aria-label={t('settings.timeZone')}
        onChange={(event) => setZone(event.target.value)}
      />
      <datalist id={id}>
        {Intl.supportedValuesOf('timeZone').map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <button type="submit" className="btn" disabled={zone.trim() === '' || zone.trim() === now || save.isPending}>
        {t('common.save')}
      </button>
      <FormError error={save.error} />
    </form>
  );
}

/** The cycle of statements and of users without one of their own. One set elsewhere is shown as it is. */
export function BillingCycleLine({ settings }: LineProps) {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const save = useSetBillingCycle();
  const nameOf = useCycleName();
  const cycles = offeredCycles(useFormat().weekLocale, false);
  const offered = cycles.includes(settings.billingCycle) ? cycles : [settings.billingCycle, ...cycles];
  return (
    <Line name={t('settings.cycle')} what={t('settings.cycleWhat')}>
      {owner ? (
        <Select
          label={t('settings.cycle')}
          value={settings.billingCycle}
          options={offered.map((cycle) => ({ value: cycle, label: nameOf(cycle) }))}
          onChange={(cycle) => save.mutate(cycle)}
        />
      ) : (
        <b>{nameOf(settings.billingCycle)}</b>
      )}
    </Line>
  );
}
