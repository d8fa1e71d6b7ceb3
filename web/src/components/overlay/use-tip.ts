import { type FocusEvent, type MouseEvent, type PointerEvent, useCallback, useEffect, useRef, useState } from 'react';

/** A pointer that only passes opens nothing. */
const HOVER_MS = 200;
/** Time to reach the answer from what it belongs to. */
const LEAVE_MS = 150;

/** Closes the one that is open: there is one at a time. */
let closeOther: (() => void) | null = null;

/** When an answer is shown: on hover, on focus by keyboard, and on press, as touch knows no hover. */
export function useTip() {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const close = useCallback(() => {
    clearTimeout(timer.current);
    setAnchor(null);
  }, []);
  const open = (element: HTMLElement) => {
    clearTimeout(timer.current);
    if (closeOther !== close) closeOther?.();
    closeOther = close;
    setAnchor(element);
  };
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      if (closeOther === close) closeOther = null;
    },
    [close],
  );
  return {
    anchor,
    close,
    /** The pointer is over the answer: it stays until the pointer leaves that, too. */
    stay: (isOver: boolean) => {
      clearTimeout(timer.current);
      if (!isOver) timer.current = setTimeout(close, LEAVE_MS);
    },
    onPointerEnter: ({ pointerType, currentTarget }: PointerEvent<HTMLElement>) => {
      if (pointerType === 'touch') return;
      clearTimeout(timer.current);
      if (anchor === null) timer.current = setTimeout(() => open(currentTarget), HOVER_MS);
    },
    onPointerLeave: () => {
      clearTimeout(timer.current);
      timer.current = setTimeout(close, LEAVE_MS);
    },
    onFocus: ({ currentTarget }: FocusEvent<HTMLElement>) => {
      if (currentTarget.matches(':focus-visible')) open(currentTarget);
    },
    onBlur: close,
    onClick: ({ currentTarget }: MouseEvent<HTMLElement>) => open(currentTarget),
  };
}
