import { Popover } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
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
        <RangeMenu range={range} onPick={setRange} named={false}>
          <button type="button" aria-pressed={range.kind !== 'named'}>
            {range.kind === 'named' ? t('common.range.dates') : words(range)}
            <Icon name="caret" />
          </button>
        </RangeMenu>
      </div>
      <RangeMenu range={range} onPick={setRange} named>
        <button type="button" className="field range-short" aria-label={t('common.range.label')}>
          {range.kind === 'named' ? t(`common.range.${range.name}`) : words(range)}
          <Icon name="caret" />
        </button>
      </RangeMenu>
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
  readonly range: Range;
  readonly onPick: (search: RangeSearch) => void;
  readonly named: boolean;
  readonly children: ReactNode;
}

const CALENDAR: readonly CalendarRange[] = ['today', 'yesterday', 'thisMonth', 'lastMonth'];

function RangeMenu({ range, onPick, named, children }: RangeMenuProps) {
  const { t } = useTranslation();
  const { timeZone } = useFormat();
  const [open, setOpen] = useState(false);
  const calendar = calendarRanges(timeZone, new Date());
  const pick = (search: RangeSearch) => {
    onPick(search);
    setOpen(false);
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>{children}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu range-menu" align="end" sideOffset={6} collisionPadding={8}>
          {named
            ? RANGES.map((name) => (
                <button key={name} type="button" className="item" onClick={() => pick({ range: name })}>
                  {t(`common.range.words.${name}`)}
                  {range.kind === 'named' && range.name === name ? <Icon name="check" className="tick" /> : null}
                </button>
              ))
            : null}
          {named ? <hr /> : null}
          {CALENDAR.map((name) => (
            <button key={name} type="button" className="item" onClick={() => pick(calendar[name])}>
              {t(`common.range.${name}`)}
            </button>
          ))}
          <hr />
          <OwnDates range={range} timeZone={timeZone} today={calendar.today.to} onPick={pick} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
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
