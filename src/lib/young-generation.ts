import { setFlagsFromString } from 'node:v8';

/** V8's own default. */
const GROWTH = 2;
const NONE = 1;

let holders = 0;

/**
 * Keeps the part of the heap for what lives a moment as small as it is, until the returned function is called, once. V8 lets it
 * grow while a program is loaded (most of what is made then stays), or while texts stream through, and never shrinks it where
 * nothing is to be done: some 5 MB for good, up to 50. From then on it grows again as work needs it. The flag is of the process:
 * of several that hold it the last one lets go.
 */
export function holdYoungGeneration(): () => void {
  if (holders++ === 0) setGrowth(NONE);
  return () => {
    if (--holders === 0) setGrowth(GROWTH);
  };
}

/**
 * To be called again and again while it is held for long: every thread that starts sets the flag back to what V8 takes for the least
 * (`Heap::ConfigureHeap`).
 */
export function holdAgain(): void {
  if (holders > 0) setGrowth(NONE);
}

function setGrowth(factor: number): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}
