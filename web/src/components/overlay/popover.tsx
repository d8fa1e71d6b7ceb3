import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { Floating } from './floating.tsx';

interface PopoverProps {
  /** The button that opened it: it gets the focus back. */
  readonly anchor: HTMLElement;
  readonly align?: 'start' | 'end';
  readonly gap?: number;
  readonly className: string;
  readonly role?: string;
  readonly label?: string;
  readonly onClose: () => void;
  readonly onKeyDown?: (event: KeyboardEvent<HTMLDivElement>) => void;
  readonly children: ReactNode;
}

const FOCUSABLE = 'button:not(:disabled), input:not(:disabled), select, textarea, a[href]';

/** Opens from a button and takes the focus; Escape, Tab beyond its end and a press elsewhere close it. */
export function Popover({ anchor, onClose, onKeyDown, label, ...look }: PopoverProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const entries = box.current?.querySelectorAll<HTMLElement>(FOCUSABLE) ?? [];
    ([...entries].find((entry) => entry.ariaChecked === 'true') ?? entries[0])?.focus({ preventScroll: true });
  }, []);
  useCloseFromElsewhere(box, anchor, onClose);
  const leave = () => {
    onClose();
    anchor.focus();
  };
  return (
    <Floating
      box={box}
      anchor={anchor}
      {...look}
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === 'Tab' && isAtEnd(event.currentTarget, event.shiftKey)) leave();
        if (event.key === 'Escape') {
          // A sheet below stays.
          event.stopPropagation();
          event.preventDefault();
          leave();
        }
        onKeyDown?.(event);
      }}
    />
  );
}

function isAtEnd(box: HTMLElement, backwards: boolean): boolean {
  const entries = [...box.querySelectorAll<HTMLElement>(FOCUSABLE)];
  return document.activeElement === (backwards ? entries[0] : entries.at(-1));
}

function useCloseFromElsewhere(box: RefObject<HTMLElement | null>, anchor: HTMLElement, onClose: () => void): void {
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const onEvent = (event: Event) => {
      const target = event.target instanceof Node ? event.target : null;
      if (!box.current?.contains(target) && !anchor.contains(target)) close.current();
    };
    document.addEventListener('pointerdown', onEvent, { capture: true });
    document.addEventListener('focusin', onEvent);
    return () => {
      document.removeEventListener('pointerdown', onEvent, { capture: true });
      document.removeEventListener('focusin', onEvent);
    };
  }, [box, anchor]);
}
