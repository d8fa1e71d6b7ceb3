import { SourceFailure } from '../../core/errors.ts';

/** `status` of an answer that is no 2xx. */
export function statusFailure(status: number): SourceFailure {
  if (status === 401)
    return new SourceFailure('login-rejected', 'The panel does not accept the user name and password.', {
      hint: 'Log in to the panel with them. If the password changed there, give the new one: xpert node change NAME.',
    });
  if (status === 403)
    return new SourceFailure('login-not-permitted', 'The panel does not let this admin read its users.', {
      hint: 'Take a sudo admin, or one that owns the users.',
    });
  if (status === 404 || (status >= 300 && status < 400))
    return new SourceFailure(
      'not-this-panel',
      `Something answers there, but not the interface of Marzban (${status}).`,
      {
        hint: 'Check the address and its path; a proxy may hide /api/.',
      },
    );
  if (status === 429)
    return new SourceFailure('panel-throttles', 'The panel, or a proxy before it, finds that it is asked too often.', {
      hint: 'Choose a longer interval for this node.',
    });
  return new SourceFailure('panel-failed', `The panel failed (${status}).`, { hint: 'Its log says why.' });
}

export function unexpected(what: string): SourceFailure {
  return new SourceFailure('output-garbled', `The panel answers, but not as Marzban does: ${what}.`, {
    hint: 'Nothing of it was counted. Is it Marzban 0.4 or newer, and no proxy changes its answers?',
  });
}
