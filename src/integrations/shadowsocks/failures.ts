import { SourceFailure } from '../../core/errors.ts';

/** A failure with the lines that a person can paste to look further. */
export function failure(code: string, message: string, hint: string, commands: readonly string[] = []): SourceFailure {
  return new SourceFailure(code, message, { hint, details: { commands } });
}

export function refused(where: string): SourceFailure {
  return failure('manager-refused', `Nothing listens on ${where}.`, 'The manager is down, or listens elsewhere.', [
    'ss -lnup | grep -E "ss-manager|ssmanager"',
  ]);
}

export function unreachable(where: string, code: string): SourceFailure {
  if (code === 'ENOENT') {
    return failure('manager-unreachable', `There is no socket ${where}.`, 'The manager is down, or listens elsewhere.');
  }
  if (code === 'EACCES') {
    return failure('not-permitted', `The user of Xpert may not write to ${where}.`, 'Let its group use the socket.', [
      `ls -l ${where}`,
    ]);
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return failure('name-not-resolved', `The host in ${where} is not known here.`, 'Correct it, or use the address.');
  }
  return failure('manager-unreachable', `${where} cannot be reached: ${code}.`, 'Check the network between the two.');
}

export function silent(where: string, isUnix: boolean): SourceFailure {
  return failure(
    'manager-timeout',
    `The manager at ${where} does not answer.`,
    isUnix
      ? 'It may not be able to write to the folder of our socket: choose one with --reply-folder, or let it listen on UDP.'
      : 'It is down, or a firewall drops its answers: it should listen on the loopback address of this host.',
    ['ss -lnup | grep -E "ss-manager|ssmanager"'],
  );
}

/** `what` never holds words of the source: these may be anything. */
export function garbled(what: string): SourceFailure {
  return failure(
    'manager-garbled',
    `The answer of the manager is not readable: ${what}.`,
    'Nothing of it was counted. Does a Shadowsocks manager listen there?',
  );
}

/** The manager of Shadowsocks for Python. */
export function tellsNoCounters(): SourceFailure {
  return failure(
    'manager-without-counters',
    'This manager keeps no counters: it tells only what flowed since it last told somebody.',
    'Use shadowsocks-libev or shadowsocks-rust.',
  );
}

export function notInTime(reason: unknown): SourceFailure {
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return failure('timeout', 'The manager did not answer in time.', 'It is overloaded or hangs.');
  }
  return failure('aborted', 'Reading was broken off.', 'It will be read again with the next poll.');
}
