import { useTranslation } from '../i18n/words.tsx';
import { useFormat } from '../lib/use-format.ts';
import { weekCycles } from '../lib/week.ts';
import { Select } from './select.tsx';

/** Those that the panel offers; the API and the command line know more. Of a user or plan, also those of a quota alone. */
export function offeredCycles(locale: string, ofQuota: boolean): readonly string[] {
  const calendar = ['month:1', 'jalali-month:1', ...weekCycles(locale), 'day'];
  return ofQuota ? [...calendar, 'days:30', 'none'] : calendar;
}

/** How a cycle is called; one that the panel does not offer, as the API calls it. */
export function useCycleName(): (cycle: string) => string {
  const { t } = useTranslation();
  return (cycle) => t(`common.quotaCycle.${cycle.replace(':', '-')}`, cycle);
}

interface CycleSelectProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (cycle: string) => void;
  /** Only those that begin for all on the same day. */
  readonly ofCalendar?: boolean;
}

/** When a quota begins anew. A cycle of other making stays among the choices. */
export function CycleSelect({ label, value, onChange, ofCalendar = false }: CycleSelectProps) {
  const nameOf = useCycleName();
  const cycles = offeredCycles(useFormat().weekLocale, !ofCalendar);
  const offered = cycles.includes(value) ? cycles : [value, ...cycles];
  return (
    <Select
      label={label}
      value={value}
      options={offered.map((cycle) => ({ value: cycle, label: nameOf(cycle) }))}
      onChange={onChange}
    />
  );
}
