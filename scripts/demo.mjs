// `npm run demo`: serves a simulated fleet on a throw-away data folder.
import { ensureReady } from './lib/ready.mjs';
import { endOnSignals } from './lib/run.mjs';

endOnSignals();
await ensureReady();
// The server replaces the handlers of endOnSignals by its own as soon as it starts.
process.argv.splice(2, 0, 'demo');
await import('../dist/xpert.mjs');
