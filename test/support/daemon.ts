import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const NOBODY = 65_534;

/** Servers run as somebody who may not read our files; some refuse to run as root. */
export function asNobody(): { readonly uid?: number; readonly gid?: number } {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

/** Files of a server are its own. */
export function giveToNobody(...files: readonly string[]): void {
  if (process.getuid?.() === 0) for (const file of files) chownSync(file, NOBODY, NOBODY);
}

/** Ends a server and removes its folder when the test's process is gone, however that ended: then its input ends. */
const GUARD = `cat >/dev/null; pid=$(cat "$1/pid" 2>/dev/null)
  [ -n "$pid" ] && grep -qaF "$2" "/proc/$pid/cmdline" 2>/dev/null && kill "-$3" "$pid" 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null || break; sleep 0.2; done; rm -rf "$1"`;

interface DaemonOptions {
  /** Where its folder is made. */
  readonly under: string;
  /** Beginning of the folder's name. */
  readonly name: string;
  /** How the guard ends it. */
  readonly signal: 'KILL' | 'QUIT';
}

/** A server of a test's own in a folder of its own: killed and started again as often as it takes. */
export class Daemon {
  readonly folder: string;
  readonly #guard: ChildProcess;
  #process: ChildProcess | null = null;

  constructor({ under, name, signal }: DaemonOptions) {
    this.folder = mkdtempSync(path.join(under, name));
    giveToNobody(this.folder);
    const args = ['-c', GUARD, 'guard', this.folder, this.folder, signal];
    this.#guard = spawn('sh', args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    this.#guard.unref();
    (this.#guard.stdin as unknown as { unref(): void }).unref();
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  /** Starts it, and again where it ended at once, until `isUp` says so. `said`: why it is not, if it knows. */
  async up(program: string, args: readonly string[], isUp: () => Promise<boolean>, said = () => ''): Promise<void> {
    for (let tries = 0; ; tries++) {
      if (this.#process === null || this.#process.exitCode !== null) this.#process = this.#spawn(program, args);
      if (await isUp()) return;
      if (tries === 400) throw new Error(`${path.basename(program)} did not start: ${said()}`);
      await sleep(50);
    }
  }

  #spawn(program: string, args: readonly string[]): ChildProcess {
    // Who interrupts the tests ends them first; the guard ends it then.
    const child = spawn(program, args, { cwd: this.folder, stdio: 'ignore', detached: true, ...asNobody() });
    writeFileSync(this.file('pid'), String(child.pid));
    return child;
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#process;
    this.#process = null;
    if (server === null || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  }

  /** It and its children, at the same moment as far as that can be. */
  async endAll(): Promise<void> {
    const pid = this.#process?.pid;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    const ended = this.end('SIGKILL');
    for (const child of children) {
      try {
        process.kill(Number(child), 'SIGKILL');
      } catch {
        // It saw that its server is gone, and ended by itself.
      }
    }
    await ended;
  }

  /** Its folder is removed. */
  async remove(): Promise<void> {
    this.#guard.ref();
    const ended = once(this.#guard, 'exit');
    // It kept nobody awake until now.
    this.#guard.ref();
    this.#guard.stdin?.end();
    await ended;
  }
}
