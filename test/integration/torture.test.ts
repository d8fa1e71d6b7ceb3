import { tortures } from '../torture/tortures.ts';

// The short form; `npm run torture` is the long one.
tortures({ rounds: 15, lockSeconds: 7, secondsAfterBackup: 3, seeds: 1 });
