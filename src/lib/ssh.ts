import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { type CommandEnd, type CommandRequest, runCommand } from './exec.ts';
import { readKeyLine } from './ssh-key.ts';
import type { SshTarget } from './ssh-target.ts';

export interface SshHostOptions {
  readonly target: SshTarget;
  /** Only this key is offered; null: what the ssh configuration and the agent have. */
  readonly identityFile: string | null;
  /** The only host key accepted (`type base64`); null: the user's known_hosts and ssh configuration decide. */
  readonly hostKey: string | null;
  /** Private folder (0700) for the sockets of kept connections and pinned keys. */
  readonly directory: string;
}

type SshRequest = Pick<CommandRequest, 'input' | 'signal' | 'maxOutputBytes' | 'onOutput'>;

/** Seconds that an unused connection is kept. */
const KEEP_SECONDS = 120;
/** Name under which pinned keys stand in our known_hosts files, whatever the host is called. */
const ALIAS = 'xpert-node';

/**
 * One host reached through the system's `ssh`: its configuration, agent and jump hosts work. The connection is kept
 * between commands (a login costs both sides about 0.35 s of CPU).
 */
export class SshHost {
  readonly #options: SshHostOptions;
  readonly #knownHosts: string;
  #controlPath: string;
  #isPrepared = false;
  /** The kept connection has answered before. */
  #isProven = false;

  constructor(options: SshHostOptions) {
    this.#options = options;
    this.#knownHosts = join(options.directory, `k-${randomBytes(4).toString('hex')}`);
    this.#controlPath = this.#newControlPath();
  }

  /** Exit code 255 is ssh's own (see ssh-problems.ts); others are the command's. @throws as runCommand */
  async run(command: string, request: SshRequest): Promise<CommandEnd> {
    await this.prepare();
    const end = await this.#attempt(command, request);
    const wasBroken = end.exitCode === 255 && end.outputBytes === 0 && this.#isProven;
    if (end.exitCode === 255) this.#dropConnection();
    else this.#isProven = true;
    // The kept connection broke since its last use (the node was restarted): a new one may do.
    return wasBroken ? await this.#attempt(command, request) : end;
  }

  /**
   * A connection to an address behind the host, on the standard streams of an ssh of its own: it ends with either side,
   * and with this process, however that ends. Its standard error says why it failed.
   */
  async dial(to: {
    readonly host: string;
    readonly port: number;
  }): Promise<ChildProcessByStdio<Writable, Readable, Readable>> {
    await this.prepare();
    const place = `${to.host.includes(':') ? `[${to.host}]` : to.host}:${to.port}`;
    const args = [
      // Why the other end could not be reached is said at this level.
      ...option('LogLevel', 'INFO'),
      ...option('ControlPath', 'none'),
      ...['-W', place],
      ...this.#args(),
    ];
    return spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  }

  /** Ends the kept connection. Idempotent. */
  async close(): Promise<void> {
    await this.#exitMaster(this.#controlPath);
    await rm(this.#knownHosts, { force: true });
    this.#isPrepared = false;
    this.#isProven = false;
  }

  async #attempt(command: string, request: SshRequest): Promise<CommandEnd> {
    try {
      return await runCommand({ ...request, file: 'ssh', args: [...this.#args(), command] });
    } catch (error) {
      this.#dropConnection();
      throw error;
    }
  }

  /** The folder and the pinned key. */
  async prepare(): Promise<void> {
    if (this.#isPrepared) return;
    await mkdir(this.#options.directory, { recursive: true, mode: 0o700 });
    if (this.#options.hostKey !== null) {
      await writeFile(this.#knownHosts, `${ALIAS} ${this.#options.hostKey}\n`, { mode: 0o600 });
    }
    this.#isPrepared = true;
  }

  #args(): string[] {
    const { hostKey } = this.#options;
    return [
      ...commonArgs(this.#options),
      ...option('ControlMaster', 'auto'),
      ...option('ControlPath', this.#controlPath),
      ...option('ControlPersist', String(KEEP_SECONDS)),
      ...option('StrictHostKeyChecking', 'yes'),
      ...(hostKey === null ? [] : knownHostsOptions(this.#knownHosts)),
      ...place(this.#options.target),
    ];
  }

  /** The next command makes a new connection, also if the old one hangs and cannot be ended. */
  #dropConnection(): void {
    void this.#exitMaster(this.#controlPath);
    this.#controlPath = this.#newControlPath();
    this.#isProven = false;
  }

  async #exitMaster(controlPath: string): Promise<void> {
    const args = [...option('ControlPath', controlPath), '-O', 'exit', ...place(this.#options.target)];
    const quiet = { input: '', maxOutputBytes: 4_096, onOutput: () => {} };
    await runCommand({ ...quiet, file: 'ssh', args, signal: AbortSignal.timeout(2_000) }).catch(() => {});
    await rm(controlPath, { force: true }).catch(() => {});
  }

  #newControlPath(): string {
    return join(this.#options.directory, `c-${randomBytes(4).toString('hex')}`);
  }
}

/**
 * The key that a host shows now, as `type base64`, without logging in; null if it shows none. Nothing is trusted by
 * this: a person compares the fingerprint before the key is pinned.
 */
export async function fetchHostKey(
  options: Pick<SshHostOptions, 'target' | 'directory'>,
  signal: AbortSignal,
): Promise<string | null> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const file = join(options.directory, `n-${randomBytes(4).toString('hex')}`);
  try {
    await knock(
      options.target,
      [...option('StrictHostKeyChecking', 'accept-new'), ...option('HashKnownHosts', 'no'), ...knownHostsOptions(file)],
      signal,
    );
    return readKeyLine(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  } finally {
    await rm(file, { force: true });
  }
}

/** What ssh says of a host before any login, by the known_hosts and configuration of the user. */
export async function knockAsUser(target: SshTarget, signal: AbortSignal): Promise<string> {
  return (await knock(target, option('StrictHostKeyChecking', 'yes'), signal)).errorText;
}

/** Goes as far as the host key and offers nothing to log in with. */
async function knock(target: SshTarget, trust: readonly string[], signal: AbortSignal): Promise<CommandEnd> {
  const args = [
    ...option('ConnectTimeout', '5'),
    ...commonArgs({ identityFile: null }),
    ...option('ControlPath', 'none'),
    ...option('PreferredAuthentications', 'none'),
    ...trust,
    ...place(target),
    'true',
  ];
  return await runCommand({ file: 'ssh', args, input: '', signal, maxOutputBytes: 65_536, onOutput: () => {} });
}

function commonArgs({ identityFile }: { readonly identityFile: string | null }): string[] {
  return [
    ...['-T', '-a', '-x'],
    ...option('BatchMode', 'yes'),
    ...option('ConnectTimeout', '10'),
    ...option('ConnectionAttempts', '1'),
    ...option('ServerAliveInterval', '5'),
    ...option('ServerAliveCountMax', '2'),
    ...option('ClearAllForwardings', 'yes'),
    ...option('PermitLocalCommand', 'no'),
    ...option('RemoteCommand', 'none'),
    ...option('LogLevel', 'ERROR'),
    ...(identityFile === null ? [] : [...option('IdentitiesOnly', 'yes'), '-i', identityFile]),
  ];
}

function knownHostsOptions(file: string): string[] {
  return [
    ...option('HostKeyAlias', ALIAS),
    ...option('UserKnownHostsFile', file),
    ...option('GlobalKnownHostsFile', '/dev/null'),
    ...option('KnownHostsCommand', 'none'),
    ...option('UpdateHostKeys', 'no'),
    ...option('CheckHostIP', 'no'),
  ];
}

function place({ user, host, port }: SshTarget): string[] {
  return [...(port === null ? [] : ['-p', String(port)]), ...(user === null ? [] : ['-l', user]), '--', host];
}

function option(name: string, value: string): string[] {
  return ['-o', `${name}=${value}`];
}
