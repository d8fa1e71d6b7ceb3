import type { NodeSetup } from '../../core/inventory/node-operations.ts';
import { publicKeyOf } from '../../lib/ssh-key.ts';
import { targetOf } from './collector.ts';
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
  const user = targetOf(options).user ?? 'root';
  const read = [`${SCRIPT_PATH} read`, ...(options.containers ?? [])].join(' ');
  const authorizedKeys = `restrict,command="${read}" ${await ourKey(options)} xpert`;
  const commands = [
    ...install,
    ...(user === 'root' ? [] : allowBySudo(user, read)),
    ...authorize(user, authorizedKeys),
  ];
  return { wrapper, authorizedKeys, commands };
}

async function ourKey({ identityFile }: WireguardOptions): Promise<string> {
  const key = await publicKeyOf(identityFile ?? null);
  return key ?? `(public key of ${identityFile ?? 'the user that runs Xpert'}: ssh-keygen -y -f FILE)`;
}

/** Exactly this command with exactly these words; the script calls it itself when it may not read. */
function allowBySudo(user: string, read: string): string[] {
  return [
    `printf '%s\\n' '${user} ALL=(root) NOPASSWD: ${read}' > /etc/sudoers.d/xpert-node`,
    'chmod 440 /etc/sudoers.d/xpert-node && visudo -c -f /etc/sudoers.d/xpert-node',
  ];
}

function authorize(user: string, line: string): string[] {
  const folder = user === 'root' ? '/root/.ssh' : `~${user}/.ssh`;
  return [
    `install -d -m 700 -o ${user} ${folder}`,
    `printf '%s\\n' '${line}' >> ${folder}/authorized_keys`,
    `chown ${user} ${folder}/authorized_keys && chmod 600 ${folder}/authorized_keys`,
  ];
}

function writeRegularly(path: string): string[] {
  return [
    `install -d -m 755 "$(dirname '${path}')"`,
    `printf '%s\\n' '* * * * * root ${SCRIPT_PATH} write ${path}' > /etc/cron.d/xpert-node`,
  ];
}
