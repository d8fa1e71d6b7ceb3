import { describe, expect, it } from 'vitest';
import { EventIdReused, ExpectedError, InvalidInput, LedgerFailure, NotFound, SourceFailure } from '../core/errors.ts';
import { problemOf } from './problem.ts';

describe('problemOf', () => {
  it('tells code, hint and the field of an expected failure', () => {
    expect(problemOf(new InvalidInput('/port', '"port" is missing.', 'Add it.'), 'r1')).toEqual({
      type: 'urn:problem:xpert:invalid-input',
      title: 'The request is not valid',
      status: 400,
      detail: '"port" is missing.',
      instance: 'urn:request:r1',
      code: 'invalid-input',
      hint: 'Add it.',
      errors: [{ pointer: '/port', detail: '"port" is missing.' }],
    });
  });

  it.each([
    [new NotFound('user', 'ann'), 404],
    [new EventIdReused('e1', '/0'), 409],
    [new SourceFailure('ssh-host-key-changed', 'The host key changed.'), 502],
    [new LedgerFailure('disk-full', 'The disk is full.'), 503],
    [new ExpectedError('too-many-tries', 'Wait.'), 429],
    [new ExpectedError('some-new-code', 'Something is wrong with the request.'), 400],
  ])('answers %s with %d', (error, status) => {
    expect(problemOf(error, 'r').status).toBe(status);
  });

  it('always has a hint', () => {
    expect(problemOf(new NotFound('user', 'ann'), 'r').hint).not.toBe('');
  });

  it('tells nothing of an unknown error but the request id', () => {
    const problem = problemOf(new Error('SELECT secret FROM admin'), 'r7');
    expect(problem).toMatchObject({ status: 500, code: 'internal-error', instance: 'urn:request:r7' });
    expect(JSON.stringify(problem)).not.toContain('secret');
  });
});
