import { type FocusEvent, type KeyboardEvent, useState } from 'react';
import { type Standing, selectionOf, stepped } from './keys.ts';
import type { ChartData } from './model.ts';

interface Zooming {
  readonly onZoom?: (from: number, to: number) => void;
  readonly onUnzoom?: (() => void) | null;
}

/** A chart by keyboard: arrows move, with Shift they select, Enter shows what is selected, Escape goes back a step. */
export function useChartKeys({ starts, bucketSeconds }: ChartData, { onZoom, onUnzoom }: Zooming) {
  const [standing, setStanding] = useState<Standing | null>(null);
  const selection = selectionOf(standing, starts, bucketSeconds);
  /** @returns whether the key meant something here. */
  const goBack = (): boolean => {
    if (!selection && !onUnzoom) return false;
    if (!selection) onUnzoom?.();
    setStanding(selection && standing ? { ...standing, from: null } : null);
    return true;
  };
  const show = (): boolean => {
    if (!selection || !onZoom) return false;
    onZoom(...selection);
    setStanding(null);
    return true;
  };
  const move = ({ key, shiftKey }: KeyboardEvent): boolean => {
    const next = stepped(standing, { key, shiftKey: shiftKey && onZoom !== undefined }, starts);
    if (next) setStanding(next);
    return next !== null;
  };
  const obey = (event: KeyboardEvent): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === 'Escape') return goBack();
    return event.key === 'Enter' ? show() : move(event);
  };
  return {
    standing,
    onKeyDown: (event: KeyboardEvent) => {
      if (obey(event)) event.preventDefault();
    },
    onFocus: ({ currentTarget }: FocusEvent<HTMLElement>) => {
      const last = starts.at(-1);
      if (last !== undefined && currentTarget.matches(':focus-visible')) setStanding({ at: last, from: null });
    },
    onBlur: () => setStanding(null),
  };
}
