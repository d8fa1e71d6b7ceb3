/**
 * Port: the only source of time. `now` is the wall clock and may jump; `monotonicMs` never goes back and
 * counts from an arbitrary start, so intervals are measured with it.
 */
export interface Clock {
  now(): Date;
  monotonicMs(): number;
}
