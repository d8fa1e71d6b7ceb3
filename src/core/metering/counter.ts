import { NOTHING, type Traffic } from '../units/bytes.ts';

/** Value of a cumulative counter and the generation it belongs to. */
export interface Counter {
  readonly epoch: number;
  readonly traffic: Traffic;
}

/** What a later reading of a counter adds. */
export interface Advance {
  readonly epoch: number;
  readonly counted: Traffic;
  /** How the counter moved; `fell` is a fall without a shown restart, counted anew from zero. */
  readonly move: 'same' | 'grew' | 'restarted' | 'fell' | 'rewound';
}

/**
 * Advances a cumulative counter by a reading that is later, in the source's own order, than the one in `state`.
 * `restarted`: the source showed a new start. Either direction falling means the same for both.
 * `falls: 'rewound'` without a restart: new baseline, nothing counts (never over-count).
 */
export function advanceCounter(
  state: Counter,
  reading: Traffic,
  restarted: boolean,
  falls: 'to-zero' | 'rewound',
): Advance {
  if (restarted) return { epoch: state.epoch + 1, counted: reading, move: 'restarted' };
  if (hasFallen(state.traffic, reading)) {
    if (falls === 'rewound') return { epoch: state.epoch + 1, counted: NOTHING, move: 'rewound' };
    return { epoch: state.epoch + 1, counted: reading, move: 'fell' };
  }
  if (isSame(state.traffic, reading)) return { epoch: state.epoch, counted: NOTHING, move: 'same' };
  return { epoch: state.epoch, counted: growth(state.traffic, reading), move: 'grew' };
}

/** True if the counter shows the very same value. */
export function isSame(before: Traffic, after: Traffic): boolean {
  return before.rx === after.rx && before.tx === after.tx && before.total === after.total;
}

/** True if either direction, or the sum, is less than before. */
export function hasFallen(before: Traffic, after: Traffic): boolean {
  if (after.total < before.total) return true;
  if (before.rx === null || before.tx === null || after.rx === null || after.tx === null) return false;
  return after.rx < before.rx || after.tx < before.tx;
}

/** Directions that either reading does not know stay unknown; the total is always exact. */
function growth(before: Traffic, after: Traffic): Traffic {
  return {
    rx: before.rx === null || after.rx === null ? null : after.rx - before.rx,
    tx: before.tx === null || after.tx === null ? null : after.tx - before.tx,
    total: after.total - before.total,
  };
}
