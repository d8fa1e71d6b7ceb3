import type { IntegrationTools } from '../../core/metering/integration.ts';
import { CommandNotStarted } from '../../lib/exec.ts';
import { fetchHostKey, knockAsUser } from '../../lib/ssh.ts';
import { diagnoseSsh } from '../../lib/ssh-problems.ts';
import { targetOf } from './collector.ts';
import type { WireguardOptions } from './options.ts';

/**
 * Pins the host key of a node that nobody here knows yet. A key that the user's known_hosts holds is left to it, and so
 * is one that contradicts it.
 */
export async function pinHostKey(
  options: WireguardOptions,
  tools: IntegrationTools,
  signal: AbortSignal,
): Promise<WireguardOptions> {
  if (options.transport !== 'ssh' || options.hostKey !== undefined) return options;
  const target = targetOf(options);
  try {
    const errorText = await knockAsUser(target, signal);
    const { code } = diagnoseSsh({ target, identityFile: null, hasPinnedKey: false, errorText });
    if (code !== 'ssh-host-key-unknown') return options;
    const hostKey = await fetchHostKey({ target, directory: tools.runDirectory }, signal);
    return hostKey === null ? options : { ...options, hostKey };
  } catch (error) {
    if (signal.aborted || error instanceof CommandNotStarted) return options;
    throw error;
  }
}
