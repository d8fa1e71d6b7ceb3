import type { NodeSetup } from '../../core/inventory/node-operations.ts';
import { authorize, ourPublicKey, sshTargetOf } from '../../lib/ssh-fields.ts';
import { apiOf, type XrayOptions } from './options.ts';

/**
 * What to run on the node (as root) so that our key reaches the API and nothing else; null for one beside us. The
 * command bound to the key tells which machine it is (instance.ts).
 */
export async function describeSetup(options: XrayOptions): Promise<NodeSetup | null> {
  if (options.transport === 'local') return null;
  const { host, port } = apiOf(options);
  const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const rights = `restrict,port-forwarding,permitopen="${place}",command="cat /etc/machine-id"`;
  const authorizedKeys = `${rights} ${await ourPublicKey(options)} xpert`;
  return { wrapper: null, authorizedKeys, commands: authorize(sshTargetOf(options).user ?? 'root', authorizedKeys) };
}
