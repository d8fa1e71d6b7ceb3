import { setFlagsFromString } from 'node:v8';

/** V8's own default. */
const GROWTH = 2;

/**
 * Keeps the part of the heap for what lives a moment as small as it is, until the returned function is called. V8 lets it grow
 * while a program is loaded (most of what is made then stays), and never shrinks it where nothing is to be done: some 5 MB for
 * good. From then on it grows again as work needs it.
 */
export function holdYoungGeneration(): () => void {
  setFlagsFromString('--semi-space-growth-factor=1');
  return () => setFlagsFromString(`--semi-space-growth-factor=${GROWTH}`);
}
