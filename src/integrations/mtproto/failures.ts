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
