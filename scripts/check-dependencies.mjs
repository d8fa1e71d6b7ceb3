// The dependency rule over the given folders (default: src and web). Seeing no module at all is a failure, not a pass.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/root.mjs';

const folders = process.argv.slice(2);
const where = folders.length > 0 ? folders : ['src', 'web/src'].filter((folder) => existsSync(join(root, folder)));
const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const args = [depcruise, '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', ...where];

execFile(process.execPath, args, { maxBuffer: 256 * 1024 * 1024 }, (failure, stdout, stderr) => {
  let summary;
  try {
    summary = JSON.parse(stdout).summary;
  } catch {
    console.error(`dependency-cruiser gave no answer: ${stderr || failure?.message}`);
    process.exit(1);
  }
  for (const { rule, from, to, cycle } of summary.violations) {
    const path = cycle ? [from, ...cycle.map((step) => step.name)].join(' -> ') : `${from} -> ${to}`;
    console.error(`${rule.severity} ${rule.name}: ${path}`);
  }
  if (summary.totalCruised === 0) console.error(`No modules found in ${where.join(', ')}: nothing was checked.`);
  else
    console.log(
      `${summary.totalCruised} modules, ${summary.totalDependenciesCruised} dependencies, ${summary.error} errors`,
    );
  process.exit(summary.error > 0 || summary.totalCruised === 0 ? 1 : 0);
});
