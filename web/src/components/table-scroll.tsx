import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

interface TableScrollProps {
  /** At most as high as a chart; longer tables scroll. */
  readonly tall?: boolean;
  readonly children: ReactNode;
}

/** Around a table: scrolls by itself where the table is wider than its card, then also by keyboard. */
export function TableScroll({ tall = false, children }: TableScrollProps) {
  const box = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  const measure = useCallback(() => {
    const element = box.current;
    if (element) setScrolls(element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight);
  }, []);
  // Before it is painted: at no time is there a table that scrolls and cannot be reached by keyboard.
  useLayoutEffect(measure);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, [measure]);
  return (
    <div ref={box} className={`tw ${tall ? 'tall' : ''}`} tabIndex={scrolls ? 0 : undefined}>
      {children}
    </div>
  );
}
