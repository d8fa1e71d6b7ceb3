import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './server.ts';

/** A throw-away Debian booted by systemd: the files of this host under an overlay, with a network of its own. */
export interface Machine {
  /** Runs shell commands inside as root. */
  run(script: string): { readonly code: number | null; readonly stdout: string; readonly stderr: string };
  /** Runs it and throws with what it wrote if it fails. @returns what it wrote to stdout */
  must(script: string): string;
  stop(): Promise<void>;
}

/** Why no machine can be booted here; null if it can. */
export function whyNoMachine(): string | null {
  if (process.getuid?.() !== 0) return 'needs root';
  if (!existsSync('/lib/systemd/systemd')) return 'needs systemd';
  const overlay = spawnSync('unshare', ['--mount', '--pid', '--fork', '--cgroup', 'sh', '-c', tryOverlay]);
  return overlay.status === 0 ? null : 'the kernel refuses overlay or cgroup mounts';
}

const tryOverlay = `set -e; d=$(mktemp -d); mount -t tmpfs tmpfs $d; mkdir $d/u $d/w $d/r $d/c
mount -t overlay overlay -o lowerdir=/,upperdir=$d/u,workdir=$d/w $d/r; mount -t cgroup2 cgroup2 $d/c
umount $d/c $d/r $d; rmdir $d`;

/**
 * Nothing of the host starts in it (all enablements are removed), and it cannot write the host's /proc/sys or /sys.
 * $1 = empty folder, $2 = the checkout, which gets an overlay of its own, $3 = the Node.js that runs here, which is the one
 * inside, too: the checkout's packages are installed for it.
 */
const boot = `set -eu
mount -t tmpfs tmpfs "$1"; cd "$1"; mkdir upper work root upper2 work2; r=$1/root
mount -t overlay overlay -o lowerdir=/,upperdir=$1/upper,workdir=$1/work "$r"
mount -t tmpfs tmpfs "$r/tmp"; chmod 1777 "$r/tmp"; mount -t tmpfs tmpfs "$r/run"
mkdir -p "$r$2"; mount -t overlay overlay -o lowerdir="$2",upperdir=$1/upper2,workdir=$1/work2 "$r$2"
rm -f "$r/usr/local/bin/node"; touch "$r/usr/local/bin/node"; mount --bind "$3" "$r/usr/local/bin/node"
mount -t proc proc "$r/proc"; mount --bind -o ro "$r/proc/sys" "$r/proc/sys"; mount -o remount,bind,ro "$r/proc/sys"
mount -t sysfs -o ro sysfs "$r/sys"; mount -t cgroup2 cgroup2 "$r/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$r/dev"; mkdir "$r/dev/pts" "$r/dev/shm" "$r/dev/net"; chmod 1777 "$r/dev/shm"
mknod -m 666 "$r/dev/null" c 1 3; mknod -m 666 "$r/dev/zero" c 1 5; mknod -m 666 "$r/dev/full" c 1 7
mknod -m 666 "$r/dev/random" c 1 8; mknod -m 666 "$r/dev/urandom" c 1 9; mknod -m 666 "$r/dev/tty" c 5 0
mknod -m 666 "$r/dev/net/tun" c 10 200
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$r/dev/pts"; ln -s pts/ptmx "$r/dev/ptmx"
ln -s /proc/self/fd "$r/dev/fd"; ln -s /dev/null "$r/dev/console"
rm -rf "$r"/etc/systemd/system/*.wants "$r"/etc/systemd/system/*.requires "$r"/opt/xpert* "$r"/var/lib/xpert "$r"/etc/xpert
rm -rf "$r"/etc/systemd/system/xpert.service* "$r"/etc/systemd/system/vpn-web.service "$r"/usr/local/bin/xpert
for unit in systemd-sysctl systemd-modules-load systemd-udevd systemd-udev-trigger systemd-random-seed systemd-hwdb-update \
  systemd-timesyncd systemd-networkd systemd-resolved networking systemd-binfmt keyboard-setup console-setup; do
  ln -sf /dev/null "$r/etc/systemd/system/$unit.service"; done
ln -sf /dev/null "$r/etc/systemd/system/systemd-udevd-kernel.socket"
ln -sf /dev/null "$r/etc/systemd/system/systemd-udevd-control.socket"
: > "$r/etc/machine-id"; rm -f "$r/etc/fstab"
exec env -i container=xpert-test PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$r" \
  /lib/systemd/systemd --system --unit=basic.target --show-status=0 --log-target=journal`;

export async function bootMachine(): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), 'xpert-machine-'));
  const own = ['--fork', '--kill-child', '--pid', '--mount', '--uts', '--ipc', '--net', '--cgroup'];
  // It ends with this process, however that ends.
  const given = [folder, root, process.execPath];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...own, 'sh', '-c', boot, 'boot', ...given], {
    cwd: '/',
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const run: Machine['run'] = (script) => {
    const init = initOf(child);
    const inside = ['-t', init, '--all', `--root=/proc/${init}/root`, '--wdns=/', '--', '/bin/sh', '-c', script];
    const done = spawnSync('nsenter', inside, {
      encoding: 'utf8',
      maxBuffer: 64 * 2 ** 20,
      env: insideEnvironment,
      cwd: '/',
    });
    return { code: done.status, stdout: done.stdout ?? '', stderr: done.stderr ?? '' };
  };
  const must = (script: string) => {
    const { code, stdout, stderr } = run(script);
    if (code !== 0) throw new Error(`${script}\nended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  };
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
    }
    rmdirSync(folder);
  };
  await untilBooted(child, run, stop);
  return { run, must, stop };
}

const insideEnvironment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' };

/** Process id, as seen from here, of the first process inside. */
function initOf(child: ChildProcess): string {
  return readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
}

async function untilBooted(child: ChildProcess, run: Machine['run'], stop: () => Promise<void>): Promise<void> {
  let last = '';
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
    if (child.exitCode !== null) throw new Error(`The machine ended with ${child.exitCode}.`);
    const init = initOf(child);
    if (init !== '' && execFileSync('cat', [`/proc/${init}/comm`], { encoding: 'utf8' }).trim() === 'systemd') {
      last = run('systemctl is-system-running').stdout.trim();
      if (last === 'running' || last === 'degraded') return;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  await stop();
  throw new Error(`The machine was not up within 60 s; last state: ${last}`);
}
