import { SourceFailure } from '../../core/errors.ts';

/** `status` of an answer that is no 2xx. */
export function statusFailure(status: number): SourceFailure {
  return new SourceFailure('metrics-refused', `The proxy does not show its counters (${status}).`, {
    hint: 'Check the address and its path, and whether the proxy lets this host read: its metrics have a whitelist.',
  });
}

/** `what` never holds words of the source: links with secrets may stand there. */
export function garbled(what: string): SourceFailure {
  return new SourceFailure('output-garbled', `The counters are not readable: ${what}.`, {
    hint: 'Nothing of them was counted. Is it really the address of the counters of that proxy?',
  });
}

export function notThisProxy(prefix: string): SourceFailure {
  return new SourceFailure('not-this-proxy', `Metrics are there, but none that begins with "${prefix}".`, {
    hint: 'Name the proxy that runs there: --proxy telemt, mtprotoproxy, mtg or official. Or its prefix: --metrics-prefix.',
  });
}

export function restartedMeanwhile(): SourceFailure {
  return new SourceFailure(
    'restarted-while-read',
    'The proxy restarted while it was read; nothing of the answer was counted.',
    { hint: 'The next poll reads it again.' },
  );
}

/** `status` of an answer of telemt's control interface that is no 2xx; `isChange`: somebody was to be disabled or enabled. */
export function controlFailure(status: number, isChange = false): SourceFailure {
  if (status === 401)
    return new SourceFailure('login-rejected', 'The control interface does not accept us.', {
      hint: 'Give the text of its auth_header: xpert node change NAME --token-file FILE',
    });
  if (status === 403 && isChange)
    return new SourceFailure('login-not-permitted', 'The control interface is read-only.', {
      hint: 'Set read_only = false in [server.api] of telemt, or leave the node read-only here.',
    });
  if (status === 403)
    return new SourceFailure('metrics-refused', 'The control interface does not let this host in (403).', {
      hint: 'Add the address of this host to the whitelist in [server.api] of telemt.',
    });
  return new SourceFailure('control-failed', `The control interface of telemt failed (${status}).`, {
    hint: 'Check --control-url: is it the address of [server.api], and telemt 3?',
  });
}

export function unexpected(what: string): SourceFailure {
  return new SourceFailure('output-garbled', `The control interface answers, but not as telemt does: ${what}.`, {
    hint: 'Nothing of it was counted. Is it telemt 3, and no proxy changes its answers?',
  });
}
