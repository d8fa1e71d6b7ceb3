import { type RefObject, useEffect, useRef, useState } from 'react';

/** The latest value, but while a pointer is pressed on the element the one from before: what is drawn out there stays. */
export function useHeldWhilePressed<T>(target: RefObject<HTMLElement | null>, latest: T): T {
  const [held, setHeld] = useState<{ readonly value: T } | null>(null);
  const value = useRef(latest);
  value.current = latest;
  useEffect(() => {
    const element = target.current;
    if (!element) return;
    const hold = () => setHeld({ value: value.current });
    // Only after everybody else has heard of the release.
    const release = () => setTimeout(() => setHeld(null));
    element.addEventListener('pointerdown', hold);
    addEventListener('pointerup', release);
    addEventListener('pointercancel', release);
    return () => {
      element.removeEventListener('pointerdown', hold);
      removeEventListener('pointerup', release);
      removeEventListener('pointercancel', release);
    };
  }, [target]);
  return held ? held.value : latest;
}
