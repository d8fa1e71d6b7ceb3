import { useTranslation } from '../i18n/words.tsx';
import { Select } from './select.tsx';

/** Those that the panel offers; the API and the command line know more. */
const CYCLES = ['month:1', 'jalali-month:1', 'week:mon', 'week:sat', 'day', 'days:30', 'none'] as const;

/** How a cycle is called; one that the panel does not offer, as the API calls it. */
export function useCycleName(): (cycle: string) => string {
  const { t } = useTranslation();
  return (cycle) => t(`common.quotaCycle.${cycle.replace(':', '-')}`, cycle);
}

interface CycleSelectProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (cycle: string) => void;
}

/** When a quota begins anew. A cycle of other making stays among the choices. */
export function CycleSelect({ label, value, onChange }: CycleSelectProps) {
  const nameOf = useCycleName();
  const offered = (CYCLES as readonly string[]).includes(value) ? CYCLES : [value, ...CYCLES];
  return (
    <Select
      label={label}
      value={value}
      options={offered.map((cycle) => ({ value: cycle, label: nameOf(cycle) }))}
      onChange={onChange}
    />
  );
}
