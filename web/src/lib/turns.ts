/** What drawing in one turn may take, in milliseconds: the frame's own work comes on top. */
const BUDGET_MS = 8;
const MOST_AT_ONCE = 16;

const waiting = new Set<() => void>();
let isComing = false;
let atOnce = 1;

/**
 * Draws when its turn comes: after what is there has been painted, and with few others, so that no task takes long
 * however much there is to draw and however slow the machine is.
 * @returns what leaves the queue.
 */
export function takeTurn(draw: () => void): () => void {
  waiting.add(draw);
  if (!isComing) afterPaint(drawNext);
  isComing = true;
  return () => waiting.delete(draw);
}

function drawNext(): void {
  const began = performance.now();
  const due = [...waiting].slice(0, atOnce);
  for (const draw of due) {
    waiting.delete(draw);
    draw();
  }
  isComing = waiting.size > 0;
  if (isComing) afterPaint(drawNext);
  // What was asked for above is drawn by now.
  if (due.length === atOnce) queueMicrotask(() => setPace(nextPace(atOnce, performance.now() - began)));
}

function setPace(next: number): void {
  atOnce = next;
}

/** As many as would have filled the budget, at most twice as many as before. */
export function nextPace(before: number, tookMs: number): number {
  const fitting = Math.floor((before * BUDGET_MS) / Math.max(tookMs, 0.1));
  return Math.max(1, Math.min(fitting, before * 2, MOST_AT_ONCE));
}

/** A page in the background is not painted: it does not wait. */
function afterPaint(task: () => void): void {
  if (document.hidden) setTimeout(task);
  else requestAnimationFrame(() => setTimeout(task));
}
