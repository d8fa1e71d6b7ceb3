// `npm test [-- --with-engines | --engines | --long | --torture] [-- PATH…]`: installs what is missing and runs the tests.
// The last line is `N passed, N failed` (`, N skipped` where there are any).
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureReady } from './lib/ready.mjs';
import { root } from './lib/root.mjs';
import { endOnSignals, run } from './lib/run.mjs';
import { ensureSystemPackages } from './lib/system-packages.mjs';

const say = (line) => process.stdout.write(`${line}\n`);
const args = process.argv.slice(2);
const projects = ['unit', 'contract', 'integration', 'e2e'];
if (args.includes('--with-engines')) projects.push('quick-engines');
if (args.includes('--engines')) projects.splice(0, projects.length, 'engines');
if (args.includes('--long')) projects.splice(0, projects.length, 'long');
if (args.includes('--torture')) projects.splice(0, projects.length, 'torture');
const filters = args.filter((arg) => !['--with-engines', '--engines', '--long', '--torture'].includes(arg));

endOnSignals();
await ensureReady();
await ensureSystemPackages(say, projects);

const folder = mkdtempSync(join(tmpdir(), 'xpert-test-'));
const report = join(folder, 'report.json');
const code = await run(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...projects.map((name) => `--project=${name}`),
    ...filters,
  ],
  { cwd: root },
);
const counts = countTests(report);
rmSync(folder, { recursive: true, force: true });
// A crash outside any test fails the run although no test failed.
if (code !== 0 && counts.failed === 0) counts.failed = 1;
say(`${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`);
process.exitCode = counts.failed > 0 ? 1 : 0;

function countTests(path) {
  let results;
  try {
    results = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  // A file that cannot be loaded, or whose beforeAll fails, has no failed test in it; it counts as one failed.
  const failures = (file) => file.assertionResults.filter(({ status }) => status === 'failed').length;
  const broken = results.testResults.filter((file) => file.status === 'failed' && failures(file) === 0);
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + broken.length,
    skipped: results.numPendingTests + (results.numTodoTests ?? 0),
  };
}
