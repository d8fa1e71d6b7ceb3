import { SourceFailure } from '../../core/errors.ts';
import type { SourceNotice } from '../../core/metering/collector.ts';
import { SCRIPT_PATH } from './node-script.ts';

/** A failure with the lines that a person can paste to repair it. */
export function failure(code: string, message: string, hint: string, commands: readonly string[] = []): SourceFailure {
  return new SourceFailure(code, message, { hint, details: { commands } });
}

export function notice(code: string, message: string, hint?: string): SourceNotice {
  return hint === undefined ? { code, message } : { code, message, hint };
}

export function wgMissing(): SourceFailure {
  return failure(
    'wg-missing',
    'Neither "wg" nor "awg" is installed on the node.',
    "Install the WireGuard tools. If WireGuard runs in a container, name that container in the node's settings.",
    ['apt-get install wireguard-tools', "docker ps --format '{{.Names}}'"],
  );
}

/** Interfaces that are there, and nothing on the node can read them. */
export function toolMissing(kind: 'wireguard' | 'amneziawg', names: readonly string[]): SourceNotice {
  const which = `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'}`;
  if (kind === 'amneziawg') {
    const hint = '"wg" does not see AmneziaWG. Install amneziawg-tools, or name the container that has them.';
    return notice('awg-missing', `${which} AmneziaWG, and the node has no "awg" to read it; it is not counted.`, hint);
  }
  const hint = '"awg" does not see WireGuard. Install wireguard-tools, or name the container that has them.';
  return notice('wg-missing', `${which} WireGuard, and the node has no "wg" to read it; it is not counted.`, hint);
}

/** `user` as the node itself names it. */
export function notPermitted(user: string, detail: string): SourceFailure {
  return failure(
    'not-permitted',
    `The user "${user}" may not read the WireGuard counters${detail === '' ? '' : `: ${detail}`}`,
    `"wg show" needs root (or CAP_NET_ADMIN). Install ${SCRIPT_PATH} on the node and allow just this through sudo.`,
    [
      `echo '${user} ALL=(root) NOPASSWD: ${SCRIPT_PATH} read' > /etc/sudoers.d/xpert-node`,
      'chmod 440 /etc/sudoers.d/xpert-node',
    ],
  );
}

export function noInterface(): SourceFailure {
  return failure(
    'no-interface',
    'No WireGuard or AmneziaWG interface is up on the node.',
    "Start it. If it runs in a container, name that container in the node's settings.",
    ['wg-quick up wg0', "docker ps --format '{{.Names}}'"],
  );
}

export function interfaceMissing(name: string, there: readonly string[]): SourceFailure {
  const others = there.length === 0 ? 'There is no other either.' : `There are: ${there.join(', ')}.`;
  return failure(
    'interface-missing',
    `The node has no interface "${name}". ${others}`,
    'Start it, or choose another.',
    [`wg-quick up ${name}`],
  );
}

export function containerFailed(name: string, status: number, error: string): SourceFailure {
  const said = error === '' ? `exit status ${status}` : error;
  return failure(
    'container-failed',
    `Container "${name}" could not be read: ${said}`,
    'Check that it runs, and its name.',
    ["docker ps --format '{{.Names}}'", `docker exec ${name} wg show interfaces`],
  );
}

export function readFailed(subject: string, error: string): SourceFailure {
  return failure('read-failed', `"${subject}" failed on the node: ${error}`, 'Run it there by hand.', [subject]);
}

export function outputCut(): SourceFailure {
  return failure(
    'output-cut',
    'The answer of the node ended early; nothing of it could be used.',
    'The connection or the node broke off. If it happens again, run the reader by hand on the node.',
    [`${SCRIPT_PATH} read | tail -n 1   # must be @done`],
  );
}

export function outputTooLarge(maxBytes: number): SourceFailure {
  return failure(
    'output-too-large',
    `The node answered with more than ${Math.round(maxBytes / 1024 / 1024)} MiB.`,
    'That is not a list of WireGuard counters. Check what the node runs for this key.',
  );
}

export function garbled(what: string): SourceFailure {
  return failure(
    'output-garbled',
    `The answer of the node is not readable: ${what}.`,
    'Nothing of it was counted. Run the reader by hand on the node and look at what it prints.',
    [`${SCRIPT_PATH} read`],
  );
}

/** `said`: the first line that came, already made safe. */
export function notOurOutput(said: string): SourceFailure {
  return failure(
    'not-our-output',
    said === '' ? 'The node answered with nothing.' : `The node answered with something else: "${said}".`,
    'The key seems to be bound to another command, or the login shell does not run commands.',
    [`grep -n 'command=' ~/.ssh/authorized_keys`],
  );
}

export function wrongVersion(version: number): SourceFailure {
  return failure(
    'script-version',
    `The script on the node speaks format ${version}, which this Xpert does not know.`,
    `Install the script of this Xpert on the node again (node setup).`,
  );
}

/** The key is bound to reading alone. */
export function accessNotAllowed(said: string): SourceFailure {
  return failure(
    'access-not-allowed',
    `The node lets our key read and nothing more: "${said}".`,
    'Print the node setup with access, and run it on the node as root: xpert node setup NAME --access',
    [`grep -n 'xpert-node read' ~/.ssh/authorized_keys`],
  );
}
