import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SshHost } from '../../lib/ssh.ts';
import { sshHostOptionsOf, sshTargetOf } from '../../lib/ssh-fields.ts';
import { apiOf, isLoopback, type XrayOptions } from './options.ts';

const MACHINE_ID = '/etc/machine-id';

/**
 * What names an instance however it is reached: its machine and the port of its API, so that the same one read from
 * beside it and through ssh is not counted twice. Learnt once and kept with the node: an identity that depended on what a
 * key may do today would change with it.
 */
export async function learnInstance(options: XrayOptions, directory: string, signal: AbortSignal): Promise<string> {
  const api = apiOf(options);
  if (!isLoopback(api)) return instanceOf(options);
  const machine = options.transport === 'ssh' ? await remoteMachine(options, directory, signal) : await machineHere();
  return machine === null ? instanceOf(options) : `${machine}:${api.port}`;
}

/** What names it as long as nothing better was learnt. */
export function instanceOf(options: XrayOptions): string {
  if (options.instance !== undefined) return options.instance;
  const { host, port } = apiOf(options);
  const isHere = isLoopback({ host, port });
  if (options.transport === 'local') return `${isHere ? 'localhost' : host}:${port}`;
  const { host: sshHost } = sshTargetOf(options);
  return isHere ? `${sshHost}:${port}` : `${sshHost}:${host}:${port}`;
}

async function machineHere(): Promise<string | null> {
  return machineName(await readFile(MACHINE_ID, 'latin1').catch(() => ''));
}

/** A key that may only forward ports tells nothing; the host's name has to do then. */
async function remoteMachine(options: XrayOptions, directory: string, signal: AbortSignal): Promise<string | null> {
  const host = new SshHost(sshHostOptionsOf(options, directory));
  let text = '';
  try {
    await host.run(`cat ${MACHINE_ID}`, {
      input: '',
      signal,
      maxOutputBytes: 4_096,
      onOutput: (chunk) => {
        text += chunk.toString('latin1');
      },
    });
    return machineName(text);
  } catch {
    return null;
  } finally {
    await host.close();
  }
}

/** The id itself is not to be shown to others (machine-id(5)), so that it is hashed with a key of ours. */
function machineName(text: string): string | null {
  const id = /^([0-9a-f]{32})\s*$/.exec(text)?.[1];
  return id === undefined ? null : createHmac('sha256', 'xpert service identity').update(id).digest('hex').slice(0, 16);
}
