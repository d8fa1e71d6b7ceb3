import type { NodeSetup } from '../../core/inventory/node-operations.ts';
import { authorize, ourPublicKey, sshTargetOf } from '../../lib/ssh-fields.ts';
import { NODE_SCRIPT, SCRIPT_PATH } from './node-script.ts';
import type { WireguardOptions } from './options.ts';

/** What to run on the node (as root) so that it lets itself be read and nothing more; null where nothing is needed. */
export async function describeSetup(options: WireguardOptions, access = false): Promise<NodeSetup | null> {
  if (options.transport === 'local') return null;
  const wrapper = { path: SCRIPT_PATH, content: NODE_SCRIPT };
  const install = [`cat > ${SCRIPT_PATH} <<'XPERT_NODE'\n${NODE_SCRIPT}XPERT_NODE`, `chmod 755 ${SCRIPT_PATH}`];
  if (options.transport === 'file') {
    return { wrapper, authorizedKeys: '', commands: [...install, ...writeRegularly(options.path ?? '')] };
  }
  const user = sshTargetOf(options).user ?? 'root';
  const containers = options.containers ?? [];
  const read = [`${SCRIPT_PATH} read`, ...containers].join(' ');
  const command = access ? [`${SCRIPT_PATH} read+access`, ...containers].join(' ') : read;
  const authorizedKeys = `restrict,command="${command}" ${await ourPublicKey(options)} xpert`;
  const commands = [
    ...install,
    ...(user === 'root' ? [] : allowBySudo(user, access ? [read, `${SCRIPT_PATH} access *`] : [read])),
    ...(access ? dropLine(user, await ourPublicKey(options)) : []),
    ...authorize(user, authorizedKeys),
  ];
  return { wrapper, authorizedKeys, commands };
}

/** Exactly these commands; the script calls them itself when it may not read, and checks every word of `access`. */
function allowBySudo(user: string, commands: readonly string[]): string[] {
  return [
    `printf '%s\\n' '${user} ALL=(root) NOPASSWD: ${commands.join(', ')}' > /etc/sudoers.d/xpert-node`,
    'chmod 440 /etc/sudoers.d/xpert-node && visudo -c -f /etc/sudoers.d/xpert-node',
  ];
}

/** The line that lets the same key read alone would come first, and win. */
function dropLine(user: string, publicKey: string): string[] {
  const file = `${user === 'root' ? '/root' : `~${user}`}/.ssh/authorized_keys`;
  const [type = '', key = ''] = publicKey.split(' ');
  if (!/^(?:ssh|ecdsa|sk)-/.test(type)) return [];
  return [`if [ -f ${file} ]; then sed -i '\\|command="${SCRIPT_PATH} read[^|]*${key}|d' ${file}; fi`];
}

function writeRegularly(path: string): string[] {
  return [
    `install -d -m 755 "$(dirname '${path}')"`,
    `printf '%s\\n' '* * * * * root ${SCRIPT_PATH} write ${path}' > /etc/cron.d/xpert-node`,
  ];
}
