import { SourceFailure } from '../../core/errors.ts';

/** A failure with the lines that a person can paste to look further. */
export function failure(code: string, message: string, hint: string, commands: readonly string[] = []): SourceFailure {
  return new SourceFailure(code, message, { hint, details: { commands } });
}

const CONFIGURE = 'Add "management /run/openvpn/xpert.sock unix" to the configuration of the server and restart it.';

/** What the system says about a connection that was not made; `where`: the address as it was given. */
export function notConnected(code: string, where: string): SourceFailure {
  if (code === 'ENOENT') {
    return failure('openvpn-unreachable', `There is no management socket ${where}.`, `OpenVPN is down. ${CONFIGURE}`, [
      'systemctl status "openvpn*"',
    ]);
  }
  if (code === 'ECONNREFUSED') {
    return failure(
      'openvpn-refused',
      `Nothing listens on ${where}.`,
      `OpenVPN is down, or its management is elsewhere.`,
      ['systemctl status "openvpn*"', 'grep -rn "^management" /etc/openvpn'],
    );
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return failure(
      'not-permitted',
      `The user of Xpert may not open ${where}.`,
      'Add "management-client-user xpert" to the configuration, or let its group use the socket.',
      [`ls -l ${where}`],
    );
  }
  // The queue of a unix socket that somebody else holds is full.
  if (code === 'EAGAIN') return busy(where);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return failure('name-not-resolved', `The host in ${where} is not known here.`, 'Correct it, or use the address.');
  }
  return failure('openvpn-unreachable', `${where} cannot be reached: ${code}.`, 'Check the network between the two.');
}

export function busy(where: string): SourceFailure {
  return failure(
    'management-busy',
    `Somebody else is connected to the management interface ${where}, which serves one client at a time.`,
    'End the other client (a monitor, a panel, a forgotten telnet), or let Xpert read the status file instead.',
    ['ss -xtnp | grep -i openvpn'],
  );
}

export function closed(where: string): SourceFailure {
  return failure(
    'management-closed',
    `OpenVPN closed the connection to ${where}.`,
    'Did it restart? It is tried again.',
  );
}

export function passwordNeeded(where: string): SourceFailure {
  return failure(
    'management-password-needed',
    `The management interface ${where} wants a password.`,
    'Name the file that holds it: --password-file.',
    ['grep -rn "^management" /etc/openvpn'],
  );
}

export function passwordRefused(where: string): SourceFailure {
  return failure(
    'management-password-refused',
    `The management interface ${where} refuses the password.`,
    'The file has to be the one of the configuration; its first line is the password.',
  );
}

export function passwordUnreadable(path: string, code: string): SourceFailure {
  return failure(
    'management-password-unreadable',
    `${path} cannot be read: ${code}.`,
    'Let the user of Xpert read it.',
    [`ls -l ${path}`],
  );
}

export function notOpenvpn(where: string): SourceFailure {
  return failure('not-openvpn', `${where} is no management interface of OpenVPN.`, 'Is it the right address?');
}

/** `what` never holds words of the source: these may be anything. */
export function garbled(what: string): SourceFailure {
  return failure(
    'status-garbled',
    `The status of OpenVPN is not readable: ${what}.`,
    'Nothing of it was counted. Is the file really what "status" in the configuration names?',
  );
}

export function tooLarge(maxBytes: number): SourceFailure {
  return failure(
    'output-too-large',
    `More than ${Math.round(maxBytes / 1024 / 1024)} MiB came.`,
    'That is no status of OpenVPN. Check the address or the path.',
  );
}

export function notInTime(reason: unknown): SourceFailure {
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return failure('timeout', 'OpenVPN did not answer in time.', 'It is overloaded or hangs.', [
      'systemctl status "openvpn*"',
    ]);
  }
  return failure('aborted', 'Reading was broken off.', 'It will be read again with the next poll.');
}
