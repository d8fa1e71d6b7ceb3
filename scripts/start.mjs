// `npm start`: installs and builds what is missing, then serves in this very process.
import { ensureReady } from './lib/ready.mjs';
import { endOnSignals } from './lib/run.mjs';

endOnSignals();
await ensureReady();
// The server replaces the handlers of endOnSignals by its own as soon as it starts.
process.argv.splice(2, 0, 'start');
await import('../dist/xpert.mjs');
