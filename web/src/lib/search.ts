import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';

/** What the address of a page says besides its path, as it was read: it may have been typed by hand. */
export type Said = Readonly<Record<string, unknown>>;

/** The texts that it says; a number may be the name of somebody. Anything else is dropped. */
export function textsOf<N extends string>(said: Said, names: readonly N[]): { [K in N]?: string | undefined } {
  const kept: { [K in N]?: string | undefined } = {};
  for (const name of names) {
    const value = said[name];
    const isText = (typeof value === 'string' && value !== '') || typeof value === 'number';
    // Said to be undefined where it is wrong: a route's search is laid over what the address says.
    kept[name] = isText ? String(value) : undefined;
  }
  return kept;
}

/** One of the words that a page knows, or nothing. */
export function wordOf<W extends string>(value: unknown, words: readonly W[]): W | undefined {
  return words.find((word) => word === value);
}

/** Filters, order and what is open stand in the address: a view can be shared. The one before it is no step of its own. */
export function useChangeSearch<S extends object>(): (change: S) => void {
  const navigate = useNavigate();
  return (change) =>
    void navigate({
      to: '.',
      search: (previous: Record<string, unknown>) => ({ ...previous, ...change }),
      replace: true,
      resetScroll: false,
    });
}

/**
 * A text of the address that is typed: in the field at once, in the address a moment later. Where the address changes
 * by itself, as it does when somebody goes back or to the same page without filters, the field follows.
 */
export function useTypedText(inAddress: string, tell: (text: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(inAddress);
  /** Told, and not yet seen in the address. */
  const told = useRef<string[]>([]);
  useEffect(() => {
    const own = told.current.indexOf(inAddress);
    told.current = told.current.slice(own + 1);
    if (own >= 0) return;
    told.current = [];
    setText(inAddress);
  }, [inAddress]);
  const type = (next: string) => {
    told.current.push(next);
    setText(next);
    tell(next);
  };
  return [text, type];
}
