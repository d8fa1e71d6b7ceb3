import { checkIdentityFile } from './ssh-key.ts';
import { formatSshTarget, type SshTarget } from './ssh-target.ts';

/** Why ssh did not get through, in words for a person. */
export interface SshProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** Lines to paste on this machine (or, where the hint says so, on the node). */
  readonly commands: readonly string[];
}

export interface SshAttempt {
  readonly target: SshTarget;
  readonly identityFile: string | null;
  readonly hasPinnedKey: boolean;
  /** What ssh wrote to standard error. */
  readonly errorText: string;
}

type Describe = (attempt: SshAttempt) => Omit<SshProblem, 'code'>;

/** Messages of OpenSSH 8.4 to 9.9 (sshconnect.c, sshconnect2.c, misc.c, readconf.c); the first that matches counts. */
const PROBLEMS: readonly (readonly [pattern: RegExp, code: string, describe: Describe])[] = [
  [
    /Could not resolve hostname/i,
    'ssh-name-not-resolved',
    ({ target }) => ({
      message: `The name "${target.host}" is not known to the name service of this machine.`,
      hint: 'Check its spelling, or use the address.',
      commands: [`getent hosts ${target.host}`],
    }),
  ],
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|POSSIBLE DNS SPOOFING/i,
    'ssh-host-key-changed',
    (attempt) => changedKey(attempt),
  ],
  [
    /No \S+ host key is known for|Host key verification failed/i,
    'ssh-host-key-unknown',
    (attempt) => (attempt.hasPinnedKey ? changedKey(attempt) : unknownKey(attempt)),
  ],
  [
    /UNPROTECTED PRIVATE KEY FILE|bad permissions/i,
    'ssh-identity-mode',
    ({ identityFile }) => identityOpen(identityFile ?? '~/.ssh/id_ed25519'),
  ],
  [
    /Load key .*(?:incorrect passphrase|passphrase)/i,
    'ssh-identity-passphrase',
    ({ identityFile }) => ({
      message: `The key ${identityFile ?? ''} has a passphrase and nobody is there to type it.`,
      hint: 'Use a key without a passphrase that may only run the reader, or an ssh agent.',
      commands: ["ssh-keygen -t ed25519 -N '' -f xpert-node-key"],
    }),
  ],
  [
    /Load key .*(?:invalid format|error in libcrypto|Permission denied)/i,
    'ssh-identity-unreadable',
    ({ identityFile }) => ({
      message: `The key file ${identityFile ?? ''} is not a readable private key.`,
      hint: 'Give the private key (not the .pub file), readable for the user that runs Xpert.',
      commands: [`ls -l ${identityFile ?? '~/.ssh'}`],
    }),
  ],
  [
    /Permission denied|Too many authentication failures|No supported authentication methods/i,
    'ssh-key-refused',
    (attempt) => ({
      message: `${formatSshTarget(attempt.target)} answers, but does not accept our key.`,
      hint: 'Put the authorized_keys line of the node setup into the file of that user on the node; check its rights (700 for ~/.ssh, 600 for the file).',
      commands: [`ssh -v ${sshWords(attempt)} true`],
    }),
  ],
  [
    /Connection refused/i,
    'ssh-refused',
    ({ target }) => ({
      message: `${target.host} refuses connections to port ${target.port ?? 22}.`,
      hint: 'The ssh server does not run there, listens on another port, or a firewall rejects us. On the node:',
      commands: ['systemctl status ssh', 'ss -ltn'],
    }),
  ],
  [
    /timed out|Timeout, server/i,
    'ssh-timeout',
    ({ target }) => ({
      message: `${target.host} does not answer on port ${target.port ?? 22}.`,
      hint: 'The node is down, or a firewall drops our packets.',
      commands: [`ping -c 3 ${target.host}`, `nc -vz -w 5 ${target.host} ${target.port ?? 22}`],
    }),
  ],
  [
    /No route to host|Network is unreachable|Network is down/i,
    'ssh-unreachable',
    ({ target }) => ({
      message: `There is no way to ${target.host} from this machine.`,
      hint: 'The network of this machine or of the node is down, or a firewall rejects us.',
      commands: [`ip route get ${target.host}`],
    }),
  ],
  [
    /Bad configuration option|Bad owner or permissions on|terminating, \d+ bad configuration/i,
    'ssh-configuration',
    ({ errorText }) => ({
      message: `The ssh configuration of this machine is not usable: ${firstLine(errorText)}`,
      hint: 'Repair ~/.ssh/config of the user that runs Xpert.',
      commands: ['ls -l ~/.ssh/config'],
    }),
  ],
  [
    /kex_exchange_identification|Connection (?:closed|reset)|banner exchange|Connection to \S+ closed/i,
    'ssh-closed',
    ({ target }) => ({
      message: `${target.host} closed the connection before the login.`,
      hint: 'Something else may listen on that port, or the node limits or bans us (MaxStartups, fail2ban). On the node:',
      commands: ['journalctl -u ssh -n 20'],
    }),
  ],
];

/** What stands in the way, from ssh's own words. */
export function diagnoseSsh(attempt: SshAttempt): SshProblem {
  for (const [pattern, code, describe] of PROBLEMS) {
    if (!pattern.test(attempt.errorText)) continue;
    const isChanged = code === 'ssh-host-key-unknown' && attempt.hasPinnedKey;
    return { code: isChanged ? 'ssh-host-key-changed' : code, ...describe(attempt) };
  }
  const said = firstLine(attempt.errorText);
  return {
    code: 'ssh-failed',
    message: said === '' ? 'ssh failed without saying why.' : `ssh failed: ${said}`,
    hint: 'Try it by hand, as the user that runs Xpert.',
    commands: [`ssh -v ${sshWords(attempt)} true`],
  };
}

/** Problems with the private key that are visible before ssh is asked. */
export async function diagnoseIdentity(identityFile: string): Promise<SshProblem | null> {
  const problem = await checkIdentityFile(identityFile);
  if (problem === null) return null;
  if (problem === 'open-to-others') return { code: 'ssh-identity-mode', ...identityOpen(identityFile) };
  if (problem === 'unreadable') {
    return {
      code: 'ssh-identity-unreadable',
      message: `The key file ${identityFile} cannot be read.`,
      hint: 'It must be a file of the user that runs Xpert.',
      commands: [`ls -l ${identityFile}`],
    };
  }
  return {
    code: 'ssh-identity-missing',
    message: `There is no key file ${identityFile}.`,
    hint: 'Make one for this node alone, then run the node setup again.',
    commands: [`ssh-keygen -t ed25519 -N '' -C xpert -f ${identityFile}`],
  };
}

/** The client itself is not there. */
export function sshMissing(): SshProblem {
  return {
    code: 'ssh-missing',
    message: 'The program "ssh" is not installed on this machine.',
    hint: 'Install the OpenSSH client.',
    commands: ['apt-get install openssh-client'],
  };
}

function unknownKey(attempt: SshAttempt): Omit<SshProblem, 'code'> {
  const { host, port } = attempt.target;
  return {
    message: `The host key of ${host} is not known here, and not pinned for this node.`,
    hint: 'Test the node: its fingerprint is shown; compare it with the one on the node and save it with the node. On the node:',
    commands: [
      'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $key; done',
      `ssh-keyscan ${port === null ? '' : `-p ${port} `}${host} | ssh-keygen -lf -   # here, to compare`,
    ],
  };
}

function changedKey({ target, hasPinnedKey }: SshAttempt): Omit<SshProblem, 'code'> {
  const name = target.port === null || target.port === 22 ? target.host : `[${target.host}]:${target.port}`;
  return {
    message: `${target.host} shows another host key than the one we know. Nothing was sent to it.`,
    hint: hasPinnedKey
      ? 'If the node was installed anew, test it, compare the new fingerprint on the node itself, and save it. If not, somebody may be in between.'
      : 'If the node was installed anew, remove the old key and test the node. If not, somebody may be in between.',
    commands: hasPinnedKey ? [] : [`ssh-keygen -R '${name}'`],
  };
}

function identityOpen(identityFile: string): Omit<SshProblem, 'code'> {
  return {
    message: `Others may read the private key ${identityFile}; ssh does not use such a key.`,
    hint: 'Close it.',
    commands: [`chmod 600 ${identityFile}`],
  };
}

/** The command line that a person would type for the same connection. */
function sshWords({ target, identityFile }: SshAttempt): string {
  const login = target.user === null ? target.host : `${target.user}@${target.host}`;
  return [
    ...(identityFile === null ? [] : ['-i', identityFile]),
    ...(target.port === null ? [] : ['-p', target.port]),
    login,
  ].join(' ');
}

function firstLine(text: string): string {
  return (text.split('\n').find((line) => line.trim() !== '') ?? '').trim().slice(0, 200);
}
