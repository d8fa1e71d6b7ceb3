import { type ReactNode, useEffect, useState } from 'react';
import { takeTurn } from '../lib/turns.ts';

interface LaterProps {
  /** Keeps the place until then. */
  readonly place: ReactNode;
  readonly children: ReactNode;
}

/** Draws what it holds after what stands above it has been painted: the first look is there sooner, and no task is long. */
export function Later({ place, children }: LaterProps) {
  const [isDue, setDue] = useState(false);
  useEffect(() => takeTurn(() => setDue(true)), []);
  return isDue ? children : place;
}
