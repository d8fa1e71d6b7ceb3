import { cloneElement, type HTMLAttributes, type ReactElement, useState } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import {
  type CalendarRange,
  calendarRanges,
  RANGES,
  type Range,
  type RangeName,
  type RangeSearch,
} from '../lib/range.ts';
import { useFormat } from '../lib/use-format.ts';
import { useRange } from '../lib/use-range.ts';
import { startOfDay } from '../lib/zone.ts';
import { Icon } from './icon.tsx';
import { Popover } from './overlay/popover.tsx';

/** One range for every page, in the URL. Buttons where there is room, one field where there is not. */
export function RangePicker({ fallback }: { readonly fallback: RangeName }) {
  const { t } = useTranslation();
  const { range, setRange } = useRange(fallback);
  const words = useRangeWords();
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: these buttons act at once, a fieldset is for forms */}
      <div className="seg range" role="group" aria-label={t('common.range.label')}>
        {RANGES.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={range.kind === 'named' && range.name === name}
            onClick={() => setRange({ range: name })}
          >
            {t(`common.range.${name}`)}
          </button>
        ))}
        <RangeMenu
          range={range}
          onPick={setRange}
          named={false}
          trigger={
            <button type="button" aria-pressed={range.kind !== 'named'}>
              {range.kind === 'named' ? t('common.range.dates') : words(range)}
              <Icon name="caret" />
            </button>
          }
        />
      </div>
      <RangeMenu
        range={range}
        onPick={setRange}
        named
        trigger={
          <button type="button" className="field range-short" aria-label={t('common.range.label')}>
            {range.kind === 'named' ? t(`common.range.${range.name}`) : words(range)}
            <Icon name="caret" />
          </button>
        }
      />
    </>
  );
}

/** The range in words, for the line under a title: "last 24 hours", "1–7 Nov". */
export function useRangeWords(): (range: Range) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (range) => {
    if (range.kind === 'named') return t(`common.range.words.${range.name}`);
    if (range.kind === 'instants') return `${format.short(range.from)} – ${format.short(range.to)}`;
    const from = format.day(startOfDay(range.from, format.timeZone));
    const to = format.day(startOfDay(range.to, format.timeZone));
    return from === to ? from : `${from} – ${to}`;
  };
}

interface RangeMenuProps {
  readonly trigger: ReactElement<HTMLAttributes<HTMLElement>>;
  readonly range: Range;
  readonly onPick: (search: RangeSearch) => void;
  readonly named: boolean;
}

function RangeMenu({ trigger, range, onPick, named }: RangeMenuProps) {
  const { t } = useTranslation();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const close = () => setAnchor(null);
  return (
    <>
      {cloneElement(trigger, {
        'aria-haspopup': 'dialog',
        'aria-expanded': anchor !== null,
        onClick: ({ currentTarget }) => setAnchor(anchor ? null : currentTarget),
      })}
      {anchor ? (
        <Popover
          anchor={anchor}
          align="end"
          gap={6}
          className="menu range-menu"
          role="dialog"
          label={t('common.range.label')}
          onClose={close}
        >
          <RangeChoices
            range={range}
            named={named}
            onPick={(search) => {
              close();
              anchor.focus();
              onPick(search);
            }}
          />
        </Popover>
      ) : null}
    </>
  );
}

const CALENDAR: readonly CalendarRange[] = ['today', 'yesterday', 'thisWeek', 'lastWeek', 'thisMonth', 'lastMonth'];

function RangeChoices({ range, named, onPick }: Omit<RangeMenuProps, 'trigger'>) {
  const { t } = useTranslation();
  const { timeZone, weekLocale } = useFormat();
  const calendar = calendarRanges(timeZone, weekLocale, new Date());
  return (
    <>
      {named
        ? RANGES.map((name) => (
            <button key={name} type="button" className="item" onClick={() => onPick({ range: name })}>
              {t(`common.range.words.${name}`)}
              {range.kind === 'named' && range.name === name ? <Icon name="check" className="tick" /> : null}
            </button>
          ))
        : null}
      {named ? <hr /> : null}
      {CALENDAR.map((name) => (
        <button key={name} type="button" className="item" onClick={() => onPick(calendar[name])}>
          {t(`common.range.${name}`)}
        </button>
      ))}
      <hr />
      <OwnDates range={range} timeZone={timeZone} today={calendar.today.to} onPick={onPick} />
    </>
  );
}

interface OwnDatesProps {
  readonly range: Range;
  readonly timeZone: string;
  readonly today: string;
  readonly onPick: (search: RangeSearch) => void;
}

function OwnDates({ range, timeZone, today, onPick }: OwnDatesProps) {
  const { t } = useTranslation();
  const [from, setFrom] = useState(range.kind === 'days' ? range.from : today);
  const [to, setTo] = useState(range.kind === 'days' ? range.to : today);
  return (
    <form
      className="own-dates"
      onSubmit={(event) => {
        event.preventDefault();
        onPick({ from, to });
      }}
    >
      <label>
        <span>{t('common.range.from')}</span>
        <input className="field" type="date" value={from} max={to} onChange={(event) => setFrom(event.target.value)} />
      </label>
      <label>
        <span>{t('common.range.to')}</span>
        <input
          className="field"
          type="date"
          value={to}
          min={from}
          max={today}
          onChange={(event) => setTo(event.target.value)}
        />
      </label>
      <span className="note">{t('common.range.zone', { zone: timeZone })}</span>
      <button type="submit" className="btn" disabled={from === '' || to === '' || from > to}>
        {t('common.range.show')}
      </button>
    </form>
  );
}
