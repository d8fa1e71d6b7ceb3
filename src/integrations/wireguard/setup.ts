import type { NodeSetup } from '../../core/inventory/node-operations.ts';
import { authorize, ourPublicKey, sshTargetOf } from '../../lib/ssh-fields.ts';
import { NODE_SCRIPT, SCRIPT_PATH } from './node-script.ts';
import type { WireguardOptions } from './options.ts';

/** What to run on the node (as root) so that it lets itself be read and nothing more; null where nothing is needed. */
export async function describeSetup(options: WireguardOptions): Promise<NodeSetup | null> {
  if (options.transport === 'local') return null;
  const wrapper = { path: SCRIPT_PATH, content: NODE_SCRIPT };
  const install = [`cat > ${SCRIPT_PATH} <<'XPERT_NODE'\n${NODE_SCRIPT}XPERT_NODE`, `chmod 755 ${SCRIPT_PATH}`];
  if (options.transport === 'file') {
    return { wrapper, authorizedKeys: '', commands: [...install, ...writeRegularly(options.path ?? '')] };
  }
  const user = sshTargetOf(options).user ?? 'root';
  const read = [`${SCRIPT_PATH} read`, ...(options.containers ?? [])].join(' ');
  const authorizedKeys = `restrict,command="${read}" ${await ourPublicKey(options)} xpert`;
  const commands = [
    ...install,
    ...(user === 'root' ? [] : allowBySudo(user, read)),
    ...authorize(user, authorizedKeys),
  ];
  return { wrapper, authorizedKeys, commands };
}

/** Exactly this command with exactly these words; the script calls it itself when it may not read. */
function allowBySudo(user: string, read: string): string[] {
  return [
    `printf '%s\\n' '${user} ALL=(root) NOPASSWD: ${read}' > /etc/sudoers.d/xpert-node`,
    'chmod 440 /etc/sudoers.d/xpert-node && visudo -c -f /etc/sudoers.d/xpert-node',
  ];
}

function writeRegularly(path: string): string[] {
  return [
    `install -d -m 755 "$(dirname '${path}')"`,
    `printf '%s\\n' '* * * * * root ${SCRIPT_PATH} write ${path}' > /etc/cron.d/xpert-node`,
  ];
}
