import type { ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kill, type Lab, type LabHost, tryRun, until } from './lab.ts';

/** Makes a key pair without a passphrase. @returns the path of the private key; the public one is beside it (.pub) */
export function sshKey(folder: string, name: string): string {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path]);
  return path;
}

/** A real sshd on a lab host, for root with keys only. */
export class Sshd {
  readonly #host: LabHost;
  readonly #folder: string;
  readonly #address: string;
  readonly port = 22;
  #process: ChildProcess | null = null;

  constructor(lab: Lab, host: LabHost, address: string) {
    this.#host = host;
    this.#folder = lab.folder;
    this.#address = address;
  }

  /** `type base64` of the host key it shows. */
  get hostKey(): string {
    return readFileSync(`${this.#hostKeyFile}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
  }

  get process(): ChildProcess {
    if (this.#process === null) throw new Error('sshd does not run');
    return this.#process;
  }

  async start(authorizedKeys: string, options: { hostKeyFile?: string } = {}): Promise<this> {
    const key = options.hostKeyFile ?? sshKey(this.#folder, `host-${this.#host.pid}`);
    if (key !== this.#hostKeyFile) {
      copyFileSync(key, this.#hostKeyFile);
      copyFileSync(`${key}.pub`, `${this.#hostKeyFile}.pub`);
    }
    this.authorize(authorizedKeys);
    const config = join(this.#folder, `sshd-${this.#host.pid}.conf`);
    writeFileSync(
      config,
      [
        `ListenAddress ${this.#address}`,
        `HostKey ${this.#hostKeyFile}`,
        `AuthorizedKeysFile ${this.#authorizedKeysFile}`,
        'StrictModes no',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'PermitRootLogin prohibit-password',
        'UsePAM no',
        'PidFile none',
        '',
      ].join('\n'),
    );
    this.#process = this.#host.spawn('/usr/sbin/sshd', ['-D', '-e', '-f', config]);
    await until('sshd listens', async () => (await this.#host.run('ss', ['-Hltn', 'sport = :22'])) !== '');
    return this;
  }

  /** Takes effect with the next login. */
  authorize(authorizedKeys: string): void {
    writeFileSync(this.#authorizedKeysFile, `${authorizedKeys}\n`, { mode: 0o600 });
  }

  /** Processes that serve the connections that are open now. */
  async sessions(): Promise<number[]> {
    const { stdout } = await tryRun('pgrep', ['-P', String(this.process.pid)]);
    return stdout.split('\n').filter(Boolean).map(Number);
  }

  /** Ends the server and its connections. */
  async stop(): Promise<void> {
    const sessions = await this.sessions();
    await kill(this.process);
    for (const pid of sessions) await tryRun('kill', ['-9', String(pid)]);
    this.#process = null;
  }

  get #hostKeyFile(): string {
    return join(this.#folder, `hk-${this.#host.pid}`);
  }

  get #authorizedKeysFile(): string {
    return join(this.#folder, `ak-${this.#host.pid}`);
  }
}
