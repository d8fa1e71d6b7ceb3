import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Hosts made of namespaces on this machine: each has a network, a /run and an /etc/wireguard of its own. Needs root and
 * /dev/net/tun. Nothing has a name on the machine outside, and every process dies with the one that made it, so that
 * nothing is left behind whatever happens.
 */
export class Lab {
  /** Private folder for keys, configurations and logs; short, since unix sockets stand in it. */
  readonly folder = mkdtempSync('/tmp/xl-');
  readonly #children: ChildProcess[] = [];
  readonly #links: string[] = [];

  async host(): Promise<LabHost> {
    const make = [
      'mount -t sysfs sysfs /sys',
      'mount -t tmpfs tmpfs /run',
      'mkdir -p /run/wireguard /run/sshd',
      'mkdir -p /etc/wireguard && mount -t tmpfs tmpfs /etc/wireguard',
      'ip link set lo up',
      'echo ready',
      'exec sleep infinity',
    ].join(' && ');
    const holder = this.spawn('unshare', ['--net', '--mount', '--propagation', 'private', 'sh', '-c', make]);
    await lineOf(holder, 'ready');
    return new LabHost(this, holder);
  }

  /** A cable between two hosts; addresses with prefix length. */
  async link(a: LabHost, nameA: string, addressA: string, b: LabHost, nameB: string, addressB: string): Promise<void> {
    await a.run('ip', ['link', 'add', nameA, 'type', 'veth', 'peer', 'name', nameB, 'netns', String(b.pid)]);
    await a.up(nameA, addressA);
    await b.up(nameB, addressB);
  }

  /** A cable between a host and this machine, which has the address before the host's. @returns the host's, as seen from here */
  async linkToHere(host: LabHost, name: string): Promise<string> {
    const [third = 0, random = 0] = randomBytes(2);
    const fourth = random & 252;
    const address = (last: number) => `198.18.${third}.${fourth + last}`;
    const here = `xl${randomBytes(4).toString('hex')}`;
    await run('ip', ['link', 'add', here, 'type', 'veth', 'peer', 'name', name, 'netns', String(host.pid)]);
    this.#links.push(here);
    await run('ip', ['addr', 'add', `${address(1)}/30`, 'dev', here]);
    await run('ip', ['link', 'set', here, 'up']);
    await host.up(name, `${address(2)}/30`);
    return address(2);
  }

  /** A process that is killed with this one, however this one ends. */
  spawn(file: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', file, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    child.stderr?.resume();
    this.#children.push(child);
    return child;
  }

  async close(): Promise<void> {
    await Promise.all(this.#children.map(kill));
    // The kernel does it as well, only later.
    for (const link of this.#links) await tryRun('ip', ['link', 'del', link]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One host of a lab. */
export class LabHost {
  readonly #lab: Lab;
  readonly #holder: ChildProcess;

  constructor(lab: Lab, holder: ChildProcess) {
    this.#lab = lab;
    this.#holder = holder;
  }

  get pid(): number {
    return this.#holder.pid ?? 0;
  }

  /** The command that enters this host. */
  get enter(): readonly string[] {
    return ['nsenter', '-t', String(this.pid), '-m', '-n'];
  }

  /** @throws if the command fails */
  async run(file: string, args: readonly string[], input = ''): Promise<string> {
    const [enter = '', ...words] = this.enter;
    return await run(enter, [...words, file, ...args], input);
  }

  spawn(file: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
    const [enter = '', ...words] = this.enter;
    return this.#lab.spawn(enter, [...words, file, ...args], env);
  }

  async up(link: string, address: string): Promise<void> {
    await this.run('ip', ['addr', 'add', address, 'dev', link]);
    await this.run('ip', ['link', 'set', link, 'up']);
  }
}

/** Names what is missing for a lab on this machine. Tests fail on it where a lab is possible, and say so where it is not. */
export function missingForLab(programs: readonly string[]): string | null {
  if (process.getuid?.() !== 0) return 'not root';
  if (!existsSync('/dev/net/tun')) return 'no /dev/net/tun';
  const missing = ['ip', 'unshare', 'nsenter', 'setpriv', ...programs].filter((program) => !isInstalled(program));
  return missing.length === 0 ? null : `not installed: ${missing.join(', ')}`;
}

/** @throws if the command fails */
export async function run(file: string, args: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await tryRun(file, args, input);
  if (code !== 0) throw new Error(`${file} ${args.join(' ')}: exit ${code}: ${stderr}`);
  return stdout;
}

export function tryRun(file: string, args: readonly string[], input = ''): Promise<Output> {
  return new Promise((resolve) => {
    const options = { maxBuffer: 64 * 1024 * 1024, timeout: 30_000, killSignal: 'SIGKILL' as const };
    const child = execFile(file, args, options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
    child.stdin?.on('error', () => {}).end(input);
  });
}

/** Ends a process and waits for it. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/** Waits until something holds. @throws after half a minute */
export async function until(what: string, holds: () => Promise<boolean> | boolean, withinMs = 30_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function lineOf(child: ChildProcess, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.split('\n').includes(line)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it said "${line}": ${text}`)));
  });
}

export function isInstalled(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
