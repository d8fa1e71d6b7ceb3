// `npm run -s xpert -- VERB`: the CLI from a checkout.
import { ensureReady } from './lib/ready.mjs';

await ensureReady();
await import('../dist/xpert.mjs');
