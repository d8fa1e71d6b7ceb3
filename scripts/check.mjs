// `npm run check`: format, lint, types, the dependency rule, openapi.json, panel types and strings. Seconds, no services.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/root.mjs';
import { endOnSignals, run } from './lib/run.mjs';

const bin = (name) => join(root, 'node_modules/.bin', name);
/** Types are checked anew only where something changed since the last check. */
const tsc = (project, name) => [
  bin('tsc'),
  ['--noEmit', '--incremental', '--tsBuildInfoFile', join(root, `node_modules/.cache/tsc-${name}.json`), '-p', project],
];
const node = (script, ...args) => [process.execPath, [join(root, script), ...args]];

const steps = [
  ['format and lint', bin('biome'), ['ci', '--error-on-warnings', '.']],
  ['types of the server', ...tsc('.', 'server')],
  ...(existsSync(join(root, 'web/tsconfig.json')) ? [['types of the panel', ...tsc('web', 'panel')]] : []),
  ['dependency rule', ...node('scripts/check-dependencies.mjs')],
  ['openapi.json', ...node('scripts/openapi.mjs', '--check')],
  ['panel types', ...node('scripts/panel-types.mjs', '--check')],
  ['panel strings', ...node('scripts/check-strings.mjs')],
];

endOnSignals();
await ensureInstalled();
// The steps know nothing of each other; run side by side they use all cores.
const results = await Promise.all(
  steps.map(async ([name, command, args]) => {
    const started = process.hrtime.bigint();
    const code = await run(command, args, { output: 'quiet', cwd: root });
    const seconds = (Number(process.hrtime.bigint() - started) / 1e9).toFixed(1);
    process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)\n`);
    return code === 0;
  }),
);
process.exitCode = results.every(Boolean) ? 0 : 1;
