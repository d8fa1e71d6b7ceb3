import { type HTMLAttributes, type RefObject, useLayoutEffect } from 'react';
import { createPortal } from 'react-dom';

/** Nothing touches the edge of the window. */
const EDGE = 8;

export interface FloatingProps extends HTMLAttributes<HTMLDivElement> {
  readonly box: RefObject<HTMLDivElement | null>;
  /** What it belongs to: it stands below that, or above where there is more room. */
  readonly anchor: HTMLElement;
  readonly align?: 'start' | 'end';
  /** Pixels between the two. */
  readonly gap?: number;
}

/** A box over the page beside what opened it; it stays there while the page scrolls or the box grows. */
export function Floating({ box, anchor, align = 'start', gap = 4, ...rest }: FloatingProps) {
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const show = () => place(element, anchor, align, gap);
    show();
    const observer = new ResizeObserver(show);
    observer.observe(element);
    addEventListener('resize', show);
    addEventListener('scroll', show, { capture: true, passive: true });
    return () => {
      observer.disconnect();
      removeEventListener('resize', show);
      removeEventListener('scroll', show, { capture: true });
    };
  }, [box, anchor, align, gap]);
  return createPortal(<div ref={box} style={{ position: 'fixed' }} {...rest} />, document.body);
}

function place(box: HTMLElement, anchor: HTMLElement, align: 'start' | 'end', gap: number): void {
  const beside = anchor.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const below = clientHeight - beside.bottom - gap - EDGE;
  const above = beside.top - gap - EDGE;
  // As high as its styles let it be where there is room enough, and scrolling where there is not.
  box.style.removeProperty('--room');
  const isBelow = box.offsetHeight <= below || below >= above;
  box.style.setProperty('--room', `${Math.max(0, isBelow ? below : above)}px`);
  const { offsetWidth: width, offsetHeight: height } = box;
  const atLeft = (align === 'start') === (getComputedStyle(anchor).direction === 'ltr');
  const left = atLeft ? beside.left : beside.right - width;
  box.style.left = `${Math.max(EDGE, Math.min(left, clientWidth - EDGE - width))}px`;
  box.style.top = `${isBelow ? beside.bottom + gap : beside.top - gap - height}px`;
}
