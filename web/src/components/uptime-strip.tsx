import type { Health, HealthDay } from '../api/types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { useFormat } from '../lib/use-format.ts';
import { addDays, dayOf } from '../lib/zone.ts';

export const UPTIME_DAYS = 90;

/** Shorter than this is a blink: the day stays quiet. */
const LEAST_SECONDS = 60;

type Look = '' | 'g' | 'd' | 'u';

interface UptimeStripProps {
  readonly health: Health;
  readonly big?: boolean;
}

/** One bar a day, the oldest first in every language. Days in which nobody looked are hatched, never green. */
export function UptimeStrip({ health, big = false }: UptimeStripProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = dayOf(new Date(), format.timeZone);
  const known = new Map(health.days.map((day) => [day.day, day]));
  const days = Array.from({ length: UPTIME_DAYS }, (_, index) => addDays(today, index + 1 - UPTIME_DAYS));
  const words = useDayWords();
  const bad = health.days.filter((day) => lookOf(day) === 'd').length;
  const label =
    health.uptime === null
      ? t('common.uptime.nothingKnown')
      : t('common.uptime.label', { percent: format.share(health.uptime), count: bad });
  return (
    <span className={`strip ${big ? 'big-strip' : ''}`} role="img" aria-label={label}>
      {runsOf(days.map((day) => ({ day, look: lookOf(known.get(day)) }))).map(({ day, look, length }) => (
        <i
          key={day}
          className={look}
          style={length > 1 ? { flexGrow: length } : undefined}
          title={length > 1 ? t('common.uptime.notLookedFor', { count: length }) : words(day, known.get(day))}
        />
      ))}
    </span>
  );
}

/** Days of which nothing is known stand together as one, so that their hatching is one surface. */
function runsOf(days: readonly { readonly day: string; readonly look: Look }[]) {
  const runs: { day: string; look: Look; length: number }[] = [];
  for (const { day, look } of days) {
    const last = runs.at(-1);
    if (look === 'u' && last?.look === 'u') last.length += 1;
    else runs.push({ day, look, length: 1 });
  }
  return runs;
}

function lookOf(day: HealthDay | undefined): Look {
  if (!day || day.uptime === null) return 'u';
  if (day.downSeconds >= LEAST_SECONDS) return 'd';
  if (day.degradedSeconds >= LEAST_SECONDS) return 'g';
  return day.unknownSeconds > day.upSeconds ? 'u' : '';
}

function useDayWords(): (day: string, health: HealthDay | undefined) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (day, health) => {
    const name = format.calendarDay(day);
    if (!health) return t('common.uptime.notLooked', { day: name });
    const parts = (['down', 'degraded', 'unknown'] as const).flatMap((state) => {
      const seconds = health[`${state}Seconds`];
      return seconds < LEAST_SECONDS ? [] : `${t(`common.state.${state}`)}: ${format.duration(seconds * 1000)}`;
    });
    return `${name}: ${parts.length === 0 ? t('common.state.up') : parts.join(', ')}`;
  };
}
