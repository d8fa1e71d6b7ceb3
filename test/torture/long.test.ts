import { tortures } from './tortures.ts';

tortures({ rounds: 200, lockSeconds: 60, secondsAfterBackup: 60, seeds: 5 });
