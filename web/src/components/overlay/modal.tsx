import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { createPortal } from 'react-dom';

interface ModalProps {
  /** Class of what covers the page; a press on it closes. */
  readonly shade: string;
  readonly className: string;
  /** Id of its title. */
  readonly labelledBy: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Those that are open, the topmost last: Escape closes that one. */
const open: HTMLElement[] = [];

/** Over the page, which cannot be reached until it closes; then the focus goes back to where it was. Messages stay in reach. */
export function Modal({ shade, className, labelledBy, onClose, children }: ModalProps) {
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useLayoutEffect(() => {
    const cover = box.current?.parentElement;
    if (!cover) return;
    const before = document.activeElement;
    const root = document.documentElement;
    if (open.length === 0) root.style.setProperty('--scrollbar', `${innerWidth - root.clientWidth}px`);
    const below = [...document.querySelectorAll<HTMLElement>('#root > :not(.toasts), body > [data-modal]')];
    const barred = below.filter((element) => element !== cover && !element.inert);
    for (const element of barred) bar(element, true);
    open.push(cover);
    return () => {
      open.splice(open.indexOf(cover), 1);
      for (const element of barred) bar(element, false);
      // What led here from another page is gone: then the page itself, not its beginning once more.
      const isThere = before !== document.body && before?.isConnected;
      const back = isThere ? before : document.getElementById('content');
      if (back instanceof HTMLElement) back.focus();
    };
  }, []);
  useEffect(() => {
    const content = box.current;
    // Whoever opens a form wants to fill it in; without a field the focus goes to the first way on.
    const first = content?.querySelector<HTMLElement>('input, textarea, select') ?? content?.querySelector('button, a');
    (first instanceof HTMLElement ? first : content)?.focus();
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || open.at(-1) !== content?.parentElement) return;
      event.preventDefault();
      close.current();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return createPortal(
    <div
      className={shade}
      data-modal=""
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div ref={box} role="dialog" aria-modal="true" aria-labelledby={labelledBy} tabIndex={-1} className={className}>
        {children}
      </div>
    </div>,
    document.body,
  );
}

/** Out of reach of pointer, keyboard and readers; what only knows the older of the two words for that hears it as well. */
function bar(element: HTMLElement, isBarred: boolean): void {
  element.inert = isBarred;
  element.ariaHidden = isBarred ? 'true' : null;
}
