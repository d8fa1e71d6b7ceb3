import { Type } from '@sinclair/typebox';
import { CommandNotStarted } from './exec.ts';
import { fetchHostKey, knockAsUser, type SshHostOptions } from './ssh.ts';
import { publicKeyOf, readKeyLine } from './ssh-key.ts';
import { diagnoseSsh } from './ssh-problems.ts';
import { formatSshTarget, parseSshTarget, type SshTarget } from './ssh-target.ts';

/** How a person says where `ssh` goes; the same names wherever something is reached through it. */
export const SSH_FIELDS = {
  /** `[user@]host[:port]`; an IPv6 address with a port in brackets. */
  ssh: Type.Optional(Type.String({ maxLength: 400 })),
  /** Private key on this machine; without it the ssh configuration and agent decide. */
  identityFile: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
  /** Pinned host key, `type base64`; without it the known_hosts of the user that runs Xpert decides. */
  hostKey: Type.Optional(Type.String({ maxLength: 4096 })),
};

export interface SshFields {
  readonly ssh?: string;
  readonly identityFile?: string;
  readonly hostKey?: string;
}

/** Why a field cannot be used. */
export class SshFieldProblem {
  readonly field: keyof SshFields;
  readonly message: string;
  readonly hint: string;

  constructor(field: keyof SshFields, message: string, hint: string) {
    this.field = field;
    this.message = message;
    this.hint = hint;
  }
}

export const SSH_HINT = 'Write user@host, user@host:port or user@[2001:db8::1]:port.';

/** The fields that are there, in their normal form, or the first that is wrong. */
export function normalSshFields({ ssh, identityFile, hostKey }: SshFields): SshFields | SshFieldProblem {
  const target = ssh === undefined ? null : parseSshTarget(ssh);
  if (ssh !== undefined && target === null) {
    return new SshFieldProblem('ssh', `"${ssh}" is not a host to log in to.`, SSH_HINT);
  }
  // A line of known_hosts or of a .pub file will do; what is kept is the key alone.
  const key = hostKey === undefined ? null : readKeyLine(hostKey);
  if (hostKey !== undefined && key === null) {
    return new SshFieldProblem('hostKey', 'This is not a host key.', 'It looks like "ssh-ed25519 AAAA…".');
  }
  // A path that begins with a dash could be taken for an option of ssh.
  if (identityFile !== undefined && !/^(?:\/|~\/)[^\0\r\n"%]+$/.test(identityFile)) {
    return new SshFieldProblem('identityFile', 'The key file must be a full path.', 'For example /etc/xpert/node-key.');
  }
  return {
    ...(target === null ? {} : { ssh: formatSshTarget(target) }),
    ...(identityFile === undefined ? {} : { identityFile }),
    ...(key === null ? {} : { hostKey: key }),
  };
}

/** Of fields that were checked. */
export function sshTargetOf({ ssh = '' }: SshFields): SshTarget {
  const target = parseSshTarget(ssh);
  if (target === null) throw new Error(`options were not checked: ssh=${ssh}`);
  return target;
}

export function sshHostOptionsOf(fields: SshFields, directory: string): SshHostOptions {
  const { identityFile = null, hostKey = null } = fields;
  return { target: sshTargetOf(fields), identityFile, hostKey, directory };
}

/**
 * Pins the host key of a host that nobody here knows yet. A key that the user's known_hosts holds is left to it, and so
 * is one that contradicts it. Unchanged if the host does not answer.
 */
export async function pinHostKey<Fields extends SshFields>(
  fields: Fields,
  directory: string,
  signal: AbortSignal,
): Promise<Fields> {
  if (fields.ssh === undefined || fields.hostKey !== undefined) return fields;
  const target = sshTargetOf(fields);
  try {
    const errorText = await knockAsUser(target, signal);
    const { code } = diagnoseSsh({ target, identityFile: null, hasPinnedKey: false, errorText });
    if (code !== 'ssh-host-key-unknown') return fields;
    const hostKey = await fetchHostKey({ target, directory }, signal);
    return hostKey === null ? fields : { ...fields, hostKey };
  } catch (error) {
    if (signal.aborted || error instanceof CommandNotStarted) return fields;
    throw error;
  }
}

/** Public half of the key that will log in, or words that say which one is missing. */
export async function ourPublicKey({ identityFile }: SshFields): Promise<string> {
  const key = await publicKeyOf(identityFile ?? null);
  return key ?? `(public key of ${identityFile ?? 'the user that runs Xpert'}: ssh-keygen -y -f FILE)`;
}

/** What to run on a host as root, so that `line` stands in the authorized_keys of the user. */
export function authorize(user: string, line: string): string[] {
  const folder = user === 'root' ? '/root/.ssh' : `~${user}/.ssh`;
  return [
    `install -d -m 700 -o ${user} ${folder}`,
    `printf '%s\\n' '${line}' >> ${folder}/authorized_keys`,
    `chown ${user} ${folder}/authorized_keys && chmod 600 ${folder}/authorized_keys`,
  ];
}
