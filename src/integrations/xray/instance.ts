import { machineId, machineIdOf } from '../../lib/machine-id.ts';
import { SshHost } from '../../lib/ssh.ts';
import { sshHostOptionsOf, sshTargetOf } from '../../lib/ssh-fields.ts';
import { apiOf, isLoopback, type XrayOptions } from './options.ts';

/**
 * What names an instance however it is reached: its machine and the port of its API, so that the same one read from
 * beside it and through ssh is not counted twice. Learnt once and kept with the node: an identity that depended on what a
 * key may do today would change with it.
 */
export async function learnInstance(options: XrayOptions, directory: string, signal: AbortSignal): Promise<string> {
  const api = apiOf(options);
  if (options.transport === 'local' || !isLoopback(api)) return instanceOf(options);
  const machine = await remoteMachine(options, directory, signal);
  return machine === null ? instanceOf(options) : `${machine}:${api.port}`;
}

/** What names it as long as nothing better was learnt. */
export function instanceOf(options: XrayOptions): string {
  if (options.instance !== undefined) return options.instance;
  const { host, port } = apiOf(options);
  const isHere = isLoopback({ host, port });
  if (options.transport === 'local') return `${isHere ? machineId() : host}:${port}`;
  const { host: sshHost } = sshTargetOf(options);
  return isHere ? `${sshHost}:${port}` : `${sshHost}:${host}:${port}`;
}

/** A key that may only forward ports tells nothing; the host's name has to do then. */
async function remoteMachine(options: XrayOptions, directory: string, signal: AbortSignal): Promise<string | null> {
  const host = new SshHost(sshHostOptionsOf(options, directory));
  let text = '';
  try {
    await host.run('cat /etc/machine-id', {
      input: '',
      signal,
      maxOutputBytes: 4_096,
      onOutput: (chunk) => {
        text += chunk.toString('latin1');
      },
    });
    return machineIdOf(text);
  } catch {
    return null;
  } finally {
    await host.close();
  }
}
