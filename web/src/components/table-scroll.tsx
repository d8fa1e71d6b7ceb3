import { type ReactNode, useEffect, useRef, useState } from 'react';

interface TableScrollProps {
  /** At most as high as a chart; longer tables scroll. */
  readonly tall?: boolean;
  readonly children: ReactNode;
}

/** Around a table: scrolls by itself where the table is wider than its card, then also by keyboard. */
export function TableScroll({ tall = false, children }: TableScrollProps) {
  const box = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () =>
      setScrolls(element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={box} className={`tw ${tall ? 'tall' : ''}`} tabIndex={scrolls ? 0 : undefined}>
      {children}
    </div>
  );
}
