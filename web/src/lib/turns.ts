/** What drawing in one turn may take, in milliseconds: the frame's own work comes on top. */
const BUDGET_MS = 8;
const MOST_AT_ONCE = 16;

const waiting = new Set<() => void>();
let isComing = false;

/**
 * Draws when its turn comes: after what is there has been painted, and with few others, so that no task takes long
 * however much there is to draw and however slow the machine is.
 * @returns what leaves the queue.
 */
export function takeTurn(draw: () => void): () => void {
  waiting.add(draw);
  if (!isComing) afterPaint(beginTurn);
  isComing = true;
  return () => waiting.delete(draw);
}

function beginTurn(): void {
  drawNext(performance.now(), 0);
}

function drawNext(began: number, drawn: number): void {
  const [draw] = waiting;
  isComing = draw !== undefined;
  if (draw === undefined) return;
  if (!fitsAnother(drawn, performance.now() - began)) {
    afterPaint(beginTurn);
    return;
  }
  waiting.delete(draw);
  draw();
  // What was asked for above is drawn by then, so each is measured; a row that is heavier than the ones before ends the turn.
  queueMicrotask(() => drawNext(began, drawn + 1));
}

/** One is always drawn; another, when it can be expected to end within the budget. */
export function fitsAnother(drawn: number, tookMs: number): boolean {
  if (drawn === 0) return true;
  return drawn < MOST_AT_ONCE && tookMs + tookMs / drawn <= BUDGET_MS;
}

/** A page in the background is not painted: it does not wait. */
function afterPaint(task: () => void): void {
  if (document.hidden) setTimeout(task);
  else requestAnimationFrame(() => setTimeout(task));
}
