import { type RefObject, useEffect, useState } from 'react';

/** Rows beyond the window that are drawn all the same, so that scrolling shows no edge. */
const SPARE = 12;

export interface WindowedRows {
  readonly first: number;
  /** One beyond the last. */
  readonly end: number;
  /** Pixels above the first and below the last drawn row. */
  readonly above: number;
  readonly below: number;
}

/** Which of `count` equally high rows of a table stand in the window; the page itself scrolls. */
export function useWindowedRows(body: RefObject<HTMLElement | null>, count: number): WindowedRows {
  const [seen, setSeen] = useState({ first: 0, end: 2 * SPARE, height: 36 });
  useEffect(() => {
    let frame = 0;
    const measure = () => {
      frame = 0;
      const element = body.current;
      if (!element) return;
      const height = Number.parseFloat(getComputedStyle(element).getPropertyValue('--row')) || 36;
      const hidden = Math.max(0, -element.getBoundingClientRect().top);
      // In steps, so that not every pixel draws anew.
      const first = Math.max(0, Math.floor(hidden / height / SPARE) * SPARE - SPARE);
      const end = first + Math.ceil(window.innerHeight / height) + 3 * SPARE;
      setSeen((before) =>
        before.first === first && before.end === end && before.height === height ? before : { first, end, height },
      );
    };
    const later = () => {
      frame ||= requestAnimationFrame(measure);
    };
    measure();
    addEventListener('scroll', later, { passive: true });
    addEventListener('resize', later);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', later);
      removeEventListener('resize', later);
    };
  }, [body]);
  const first = Math.min(seen.first, Math.max(0, count - 1));
  const end = Math.min(seen.end, count);
  return { first, end, above: first * seen.height, below: Math.max(0, count - end) * seen.height };
}
