import { type ReactNode, useEffect, useState } from 'react';

interface LaterProps {
  /** Keeps the place until then. */
  readonly place: ReactNode;
  readonly children: ReactNode;
}

/** Draws what it holds after what stands above it has been painted, one `Later` at a time: the first look is there sooner. */
export function Later({ place, children }: LaterProps) {
  const [isDue, setDue] = useState(false);
  useEffect(() => queue(() => setDue(true)), []);
  return isDue ? children : place;
}

const waiting = new Set<() => void>();
let isDrawing = false;

/** @returns what leaves the queue. */
function queue(draw: () => void): () => void {
  waiting.add(draw);
  if (!isDrawing) afterPaint(drawNext);
  isDrawing = true;
  return () => waiting.delete(draw);
}

function drawNext(): void {
  const [next] = waiting;
  isDrawing = waiting.size > 1;
  if (isDrawing) afterPaint(drawNext);
  if (!next) return;
  waiting.delete(next);
  next();
}

/** A page in the background is not painted: it does not wait. */
function afterPaint(task: () => void): void {
  if (document.hidden) setTimeout(task);
  else requestAnimationFrame(() => setTimeout(task));
}
