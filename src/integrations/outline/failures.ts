import { SourceFailure } from '../../core/errors.ts';

/** `status` of an answer that is no 2xx. */
export function statusFailure(what: 'management' | 'counters', status: number): SourceFailure {
  if (what === 'counters')
    return new SourceFailure('counters-not-there', `The address of the counters answers ${status}.`, {
      hint: 'It should be that of outline-ss-server, not of Prometheus: in the container, port 9092, path /metrics.',
    });
  if (status === 404 || (status >= 300 && status < 400))
    return new SourceFailure(
      'not-this-panel',
      `Something answers there, but not the interface of Outline (${status}).`,
      {
        hint: 'Is the access key that of this server? A server that was installed anew has another.',
      },
    );
  return new SourceFailure('panel-failed', `The server failed (${status}).`, {
    hint: 'docker logs shadowbox says why.',
  });
}

export function unexpected(what: string): SourceFailure {
  return new SourceFailure('output-garbled', `The server answers, but not as Outline does: ${what}.`, {
    hint: 'Nothing of it was counted. Look at what that address shows.',
  });
}
