// Main of a figure's process (started by scripts/bench.mjs): runs one bundle, answers with JSON on file descriptor 3.
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const bundle = await import(pathToFileURL(process.argv[2]).href);
const answer =
  'figure' in bundle
    ? { figure: { target: bundle.figure.target, better: bundle.figure.better }, result: await bundle.figure.run() }
    : await bundle.runConditions();
writeSync(3, JSON.stringify(answer));
process.exit(0);
