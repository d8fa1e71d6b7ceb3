import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyFrom, scriptOutput } from '../../test/support/wireguard-output.ts';

/** Where one node of the bench is read. */
export interface SshNode {
  readonly ssh: string;
  readonly identityFile: string;
  readonly hostKey: string;
}

/**
 * Prints what the script of a node prints, with the time since the machine's start as its order: everything moved since the
 * reading before. One small process, so that the machine is the collector's.
 */
const NODE_AWK = `BEGIN {
  FS = OFS = "\\t"
  getline line < "/proc/uptime"
  split(line, up, " ")
  ticks = up[1] * 100
}
/^@boot/ { $3 = sprintf("%.0f", ticks) }
/^@run/ { moves = ($4 == "transfer") }
/^@exit/ { moves = 0 }
moves && NF == 3 { $2 = sprintf("%.0f", $2 + ticks * 2000); $3 = sprintf("%.0f", $3 + ticks * 30000) }
{ print }
`;

/** A real sshd on loopback that is so many nodes: each has a key of its own, which may do nothing but read that node. */
export class SshNodes {
  readonly nodes: readonly SshNode[];
  readonly #sshd: ChildProcess;

  private constructor(nodes: readonly SshNode[], sshd: ChildProcess) {
    this.nodes = nodes;
    this.#sshd = sshd;
  }

  static async start(folder: string, count: number, peers: number): Promise<SshNodes> {
    mkdirSync(folder, { mode: 0o700 });
    const hostKeyFile = makeKey(folder, 'host');
    const hostKey = publicKey(hostKeyFile);
    writeFileSync(path.join(folder, 'node.awk'), NODE_AWK);
    const port = await freePort();
    const lines: string[] = [];
    const nodes: SshNode[] = [];
    for (let n = 0; n < count; n++) {
      const text = path.join(folder, `node-${n}.txt`);
      writeFileSync(text, outputOf(n, peers));
      const identityFile = makeKey(folder, `key-${n}`);
      lines.push(`restrict,command="awk -f ${folder}/node.awk ${text}" ${publicKey(identityFile)}`);
      nodes.push({ ssh: `${os.userInfo().username}@127.0.0.1:${port}`, identityFile, hostKey });
    }
    writeFileSync(path.join(folder, 'authorized_keys'), `${lines.join('\n')}\n`, { mode: 0o600 });
    return new SshNodes(nodes, await startSshd(folder, hostKeyFile, port));
  }

  async stop(): Promise<void> {
    const ended = once(this.#sshd, 'exit');
    this.#sshd.kill('SIGTERM');
    await ended;
  }
}

async function startSshd(folder: string, hostKeyFile: string, port: number): Promise<ChildProcess> {
  const config = path.join(folder, 'sshd.conf');
  writeFileSync(
    config,
    [
      'ListenAddress 127.0.0.1',
      `Port ${port}`,
      `HostKey ${hostKeyFile}`,
      `AuthorizedKeysFile ${folder}/authorized_keys`,
      'StrictModes no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'UsePAM no',
      'PidFile none',
      // Nodes log in at the same time, which here come to one server.
      'MaxStartups 1000',
      '',
    ].join('\n'),
  );
  mkdirSync('/run/sshd', { recursive: true });
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'ignore'] });
  process.once('exit', () => sshd.kill('SIGKILL'));
  for (let tries = 0; tries < 100; tries++) {
    if (sshd.exitCode !== null) break;
    if (await answers(port)) return sshd;
    await sleep(100);
  }
  throw new Error('sshd does not listen');
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function outputOf(node: number, count: number): string {
  const peers = Array.from({ length: count }, (_, n) => {
    return { key: keyFrom(`peer ${n} of ${node}`), rx: BigInt(1_000_003 * n), tx: BigInt(9_000_017 * n) };
  });
  const bootId = `0f0e0d0c-1111-2222-3333-${String(node).padStart(12, '0')}`;
  return scriptOutput(peers, { bootId, interfaceKey: keyFrom(`wg0 of ${node}`) });
}

function makeKey(folder: string, name: string): string {
  const file = path.join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
  return file;
}

function publicKey(file: string): string {
  return readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
