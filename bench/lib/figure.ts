/** What a `bench/<name>.bench.ts` exports as `figure`; scripts/bench.mjs runs it in a process of its own. */
export interface Figure {
  readonly name: string;
  readonly target: number;
  readonly better: 'higher' | 'lower';
  run(): Promise<FigureResult>;
}

/** `ratio` is compared with the target; everything else is printed as details beside it. */
export interface FigureResult {
  readonly ratio: number;
  readonly [detail: string]: unknown;
}

/** One of several things a figure demands; its own ratio, target and direction. */
export interface Part {
  readonly ratio: number;
  readonly target: number;
  readonly better: 'higher' | 'lower';
  readonly [detail: string]: unknown;
}

/**
 * The weakest part, as a multiple of its target: 1 = just reached, 2 = twice as good as demanded. A figure with parts
 * has target 1 and `better: 'higher'`.
 */
export function weakest(parts: Readonly<Record<string, Part>>): number {
  const multiples = Object.values(parts).map((part) =>
    part.better === 'higher' ? part.ratio / part.target : part.target / part.ratio,
  );
  return round(Math.min(MOST, ...multiples));
}

/** Where all that should be little is nothing: JSON has no number for it. */
const MOST = 1_000;

/** Three significant digits: more would be noise. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}
