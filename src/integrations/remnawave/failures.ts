import { SourceFailure } from '../../core/errors.ts';

/** `status` of an answer that is no 2xx. */
export function statusFailure(status: number): SourceFailure {
  if (status === 401)
    return new SourceFailure('login-rejected', 'The panel does not accept the token.', {
      hint: 'Make a new one in its settings, and give it: xpert node change NAME --token-file FILE',
    });
  if (status === 403)
    return new SourceFailure('login-not-permitted', 'The panel does not let this token read its users.', {
      hint: 'Make a token whose scope lets it read users.',
    });
  if (status === 400 || status === 404 || (status >= 300 && status < 400))
    return new SourceFailure(
      'not-this-panel',
      `Something answers there, but not the interface of Remnawave (${status}).`,
      {
        hint: 'Check the address. A proxy that wants a cookie or a secret in the address before it lets anybody through has to let /api/users through.',
      },
    );
  if (status === 429)
    return new SourceFailure('panel-throttles', 'The panel, or a proxy before it, finds that it is asked too often.', {
      hint: 'Choose a longer interval for this node.',
    });
  return new SourceFailure('panel-failed', `The panel failed (${status}).`, { hint: 'Its log says why.' });
}

export function unexpected(what: string): SourceFailure {
  return new SourceFailure('output-garbled', `The panel answers, but not as Remnawave does: ${what}.`, {
    hint: 'Nothing of it was counted. Is it Remnawave 2 or 3, and no proxy changes its answers?',
  });
}
