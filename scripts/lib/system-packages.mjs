import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, withProgress } from './run.mjs';

/** What the tests start, and the Debian package that holds it. */
const wanted = [
  ['wg', 'wireguard-tools'],
  ['wireguard-go', 'wireguard-go'],
  ['ip', 'iproute2'],
  ['ss', 'iproute2'],
  ['tc', 'iproute2'],
  ['ping', 'iputils-ping'],
  ['pgrep', 'procps'],
  ['setpriv', 'util-linux'],
  ['sshd', 'openssh-server'],
  ['ssh', 'openssh-client'],
  ['ssh-keygen', 'openssh-client'],
  ['nc', 'netcat-openbsd'],
  ['iperf3', 'iperf3'],
  ['v2ray', 'v2ray'],
  ['v2ctl', 'v2ray'],
  ['nft', 'nftables'],
  ['openssl', 'openssl'],
  ['openvpn', 'openvpn'],
  ['ss-manager', 'shadowsocks-libev'],
  ['curl', 'curl'],
  ['socat', 'socat'],
  ['chromium', 'chromium'],
  ['nginx', 'nginx'],
  ['caddy', 'caddy'],
  ['systemd-analyze', 'systemd'],
  ['shellcheck', 'shellcheck'],
];

/** What the tests of other engines start beside that (`npm run test:engines`). */
const engines = [
  ['initdb', 'postgresql'],
  ['clickhouse-server', 'clickhouse-server'],
];
const cluster = [['/usr/share/java/zookeeper.jar', 'zookeeper']];

/** By project of the tests. */
const wantedBy = { 'quick-engines': engines, engines: [...engines, ...cluster] };

/** Debian keeps the programs of each PostgreSQL in a folder of its own. */
function postgresFolders() {
  const base = '/usr/lib/postgresql';
  return existsSync(base) ? readdirSync(base).map((version) => join(base, version, 'bin')) : [];
}

function found(program) {
  // What is no program of its own is named by its path.
  if (program.startsWith('/')) return existsSync(program);
  const path = (process.env.PATH ?? '').split(delimiter);
  const folders = [...path, '/usr/sbin', '/sbin', '/usr/local/sbin', ...postgresFolders()];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const missingOf = (programs) => programs.filter(([program]) => !found(program));
const inWords = (list) => list.map(([program, pkg]) => `${program} (package ${pkg})`).join(', ');

/** Installs what is missing where that is possible, and says plainly what the tests will have to do without. */
export async function ensureSystemPackages(say, projects) {
  const missing = () => missingOf([...wanted, ...projects.flatMap((project) => wantedBy[project] ?? [])]);
  const before = missing();
  if (before.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    say(`Not installed, and no root with apt-get here to install it: ${inWords(before)}.`);
    return;
  }
  const packages = [...new Set(before.map(([, pkg]) => pkg))];
  say(`Installing Debian packages for the tests: ${packages.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) =>
    withProgress(
      (seconds) => say(`  apt-get ${args[0]} is still running (${seconds} s)`),
      () => run('apt-get', ['-qq', ...args], { output: 'quiet', env }),
    );
  const install = () => apt('install', '-y', '--no-install-recommends', ...packages);
  if ((await install()) !== 0) {
    await apt('update');
    await install();
  }
  // One package that cannot be had must not cost the others.
  for (const [, pkg] of missing()) await apt('install', '-y', '--no-install-recommends', pkg);
  const after = missing();
  if (after.length > 0) say(`Could not be installed: ${inWords(after)}. Tests that need them will fail and say so.`);
}
