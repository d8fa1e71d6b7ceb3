import { SourceFailure } from '../../core/errors.ts';

export function loginRejected(): SourceFailure {
  return new SourceFailure('login-rejected', 'The panel does not accept the token, or the user name and password.', {
    hint: 'Log in to the panel with them. With two-factor login only an API token works (version 3). After several wrong ones the panel refuses this address for a while.',
  });
}

/** `status` of an answer that is no 2xx. */
export function statusFailure(status: number): SourceFailure {
  if (status === 401) return loginRejected();
  if (status === 403)
    return new SourceFailure('login-not-permitted', 'The panel does not let this token read its clients.', {
      hint: 'The scope "monitor" cannot; make a token with the scope "admin".',
    });
  if (status === 404 || (status >= 300 && status < 400))
    return new SourceFailure('not-this-panel', `Something answers there, but not the interface of 3x-ui (${status}).`, {
      hint: 'Check the address: the path of the panel (webBasePath) belongs to it.',
    });
  if (status === 429)
    return new SourceFailure('panel-throttles', 'The panel, or a proxy before it, finds that it is asked too often.', {
      hint: 'Choose a longer interval for this node.',
    });
  return new SourceFailure('panel-failed', `The panel failed (${status}).`, { hint: 'Its log says why.' });
}

/** The panel answers 200 and says that it did not work. `said`: in its own language. */
export function refusedInside(said: unknown): SourceFailure {
  const text = typeof said === 'string' ? said.replace(/[^\p{L}\p{N}\p{P}\p{Zs}]/gu, ' ').slice(0, 200) : '';
  return new SourceFailure('panel-failed', `The panel says that it did not work${text === '' ? '.' : `: "${text}"`}`, {
    hint: 'Its log says why.',
  });
}

export function unexpected(what: string): SourceFailure {
  return new SourceFailure('output-garbled', `The panel answers, but not as 3x-ui does: ${what}.`, {
    hint: 'Nothing of it was counted. Is it 3x-ui 2.3 or newer, and no proxy changes its answers?',
  });
}
