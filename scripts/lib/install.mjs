import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { run, withProgress } from './run.mjs';

const modules = join(root, 'node_modules');
/** As in src/lib/sqlite.ts. Only the driver for Node.js 20 is compiled where no ready-made one is found. */
const isOldNode = Number.parseInt(process.versions.node, 10) < 22;
const driver = isOldNode ? 'better-sqlite3' : 'better-sqlite3-napi';
const addon = join(modules, 'better-sqlite3/build/Release/better_sqlite3.node');
/** Native modules fit one Node ABI; this file says for which they were last seen to work. */
const abiMark = join(modules, '.xpert-abi');

/** @returns {string | null} why the packages must be installed, or null when they need not. */
export function whyInstall() {
  // npm writes this file at the end of an installation, so a broken-off one is noticed too.
  const installed = join(modules, '.package-lock.json');
  if (!existsSync(installed)) return 'node_modules is missing';
  if (statSync(installed).mtimeMs < statSync(join(root, 'package-lock.json')).mtimeMs && !sameLock(installed))
    return 'package-lock.json is newer than node_modules';
  // npm leaves out the one that does not fit the Node.js it runs on; another one may have come since.
  if (!existsSync(join(modules, driver))) return `the SQLite module for Node ${process.versions.node} is missing`;
  return null;
}

/** A checkout touches files without changing them: compare what is locked with what is there. */
function sameLock(installed) {
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const there = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || entry.devOptional || there[path]?.version === entry.version,
  );
}

/** `npm` as it called us, else the one in PATH. */
export function npm(args, options) {
  const cli = process.env.npm_execpath;
  return cli?.endsWith('.js') ? run(process.execPath, [cli, ...args], options) : run('npm', args, options);
}

/** Installs what package-lock.json says if it is not there, and rebuilds the native module for another Node. */
export async function ensureInstalled(say = (line) => process.stderr.write(`${line}\n`)) {
  const why = whyInstall();
  if (why !== null) {
    const compilation = isOldNode ? ' The SQLite module may have to be compiled, which takes about a minute.' : '';
    say(`Installing packages: ${why}.${compilation}`);
    // No package but that driver needs its install script.
    const scripts = isOldNode ? [] : ['--ignore-scripts'];
    const code = await withProgress(
      (seconds) => say(`  still installing (${seconds} s)${compiling() ? ': compiling the SQLite module' : ''}`),
      () => npm(['ci', ...scripts, '--no-audit', '--no-fund', '--loglevel=error'], { output: 'quiet', cwd: root }),
    );
    if (code !== 0)
      fail('npm ci failed; its output stands above.', 'Check the network, the disk and `node --version`.');
    say('Packages are installed.');
  }
  await ensureAddon(say);
}

function compiling() {
  return isOldNode && existsSync(join(modules, 'better-sqlite3')) && !existsSync(addon);
}

async function ensureAddon(say) {
  const abi = process.versions.modules;
  if (existsSync(abiMark) && readFileSync(abiMark, 'utf8') === abi) return;
  const probe = `new (require('${driver}'))(':memory:').close()`;
  const loads = () => run(process.execPath, ['-e', probe], { output: 'silent', cwd: root });
  if ((await loads()) !== 0) {
    say(`Building the SQLite module for Node ${process.versions.node}; this may take a minute.`);
    const code = await withProgress(
      (seconds) => say(`  still building (${seconds} s)`),
      () => npm(['rebuild', driver], { output: 'quiet', cwd: root }),
    );
    if (code !== 0 || (await loads()) !== 0)
      fail(
        `The SQLite module (${driver}) cannot be loaded.`,
        'Install a compiler: apt-get install -y build-essential python3; then start again.',
      );
  }
  writeFileSync(abiMark, abi);
}

function fail(message, hint) {
  process.stderr.write(`${message}\n${hint}\n`);
  process.exit(1);
}
