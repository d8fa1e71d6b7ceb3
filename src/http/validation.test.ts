import { Type } from '@sinclair/typebox';
import { describe, expect, it } from 'vitest';
import { NameJson } from './schemas/identity.ts';
import { EmailJson } from './schemas/people.ts';
import { compileValidator } from './validation.ts';

const Schema = Type.Object({
  days: Type.Integer({ minimum: 1, default: 30 }),
  at: Type.Optional(Type.String({ format: 'date-time' })),
});

function validate(httpPart: string, data: unknown) {
  return compileValidator({ schema: Schema, method: 'GET', url: '/', httpPart })(data);
}

describe('compileValidator', () => {
  it('converts text of a query and fills in defaults', () => {
    expect(validate('querystring', { days: '7' })).toEqual({ value: { days: 7 } });
    expect(validate('querystring', {})).toEqual({ value: { days: 30 } });
  });

  it('never converts a body', () => {
    expect(validate('body', { days: '7' })).toMatchObject({ error: { details: { pointer: '/days' } } });
  });

  it('names the field and what it wants', () => {
    expect(validate('querystring', { days: '0' })).toMatchObject({
      error: { code: 'invalid-input', message: '"days" must be at least 1.', details: { pointer: '/query/days' } },
    });
    for (const [part, pointer] of [
      ['querystring', '/query/days'],
      ['body', '/days'],
    ] as const)
      expect(validate(part, { days: 'soon' })).toMatchObject({
        error: { message: '"days" must be a whole number.', details: { pointer } },
      });
    expect(validate('body', { days: 1, at: 'yesterday' })).toMatchObject({
      error: { message: '"at" must be an instant such as 2026-11-01T00:00:00Z.' },
    });
  });

  it('says in words how names and addresses are written', () => {
    const check = compileValidator({
      ...{ method: 'POST', url: '/', httpPart: 'body' },
      schema: Type.Object({ name: NameJson, email: EmailJson, other: Type.String({ pattern: '^x$' }) }),
    });
    const right = { name: 'ann', email: 'ann@example.com', other: 'x' };
    expect(check(right)).toEqual({ value: right });
    for (const [wrong, words] of [
      [{ name: 'a/b' }, '"name" may have no "/", and no space at its beginning.'],
      [{ email: 'nobody' }, '"email" must be an address such as ann@example.com.'],
      [{ other: 'y' }, `"other" is not valid (expected string to match '^x$').`],
    ] as const)
      expect(check({ ...right, ...wrong })).toMatchObject({ error: { message: words } });
  });

  it('takes instants that have four digits of a year in UTC, too', () => {
    for (const at of ['9999-12-31T23:59:59-00:01', '0000-01-01T00:00:00+00:01', '2026-13-01T00:00:00Z'])
      expect(validate('body', { days: 1, at })).toMatchObject({ error: { details: { pointer: '/at' } } });
    expect(validate('body', { days: 1, at: '9999-12-31T23:59:59Z' })).toMatchObject({ value: { days: 1 } });
  });

  it('does not repeat the value, which may be a secret', () => {
    const result = validate('body', { days: 'hunter2' }) as { error: Error };
    expect(result.error.message).not.toContain('hunter2');
  });
});
