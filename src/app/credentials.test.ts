import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InvalidInput, SourceFailure } from '../core/errors.ts';
import { KeyFileBox } from '../lib/key-file-box.ts';
import { Credentials } from './credentials.ts';

const integration = { secretOptions: ['password', 'token'], addressOptions: ['url', 'pin'] };
const source = (options: Record<string, unknown>) => ({ kind: 'panel', options });

describe('credentials of nodes', () => {
  let folder = '';
  let credentials: Credentials;
  const withKey = (name: string) => new Credentials(() => integration, new KeyFileBox(join(folder, name)));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'xpert-credentials-'));
    credentials = withKey('one.key');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('what is stored holds no secret, and opens to exactly what was given', () => {
    const given = source({ url: 'https://a.example', password: 'päss wörd\u0000', extra: 1 });
    const stored = credentials.seal(given);
    expect(JSON.stringify(stored)).not.toContain('wörd');
    expect(stored.options.extra).toBe(1);
    // As it comes back from the database.
    expect(credentials.open(JSON.parse(JSON.stringify(stored)))).toEqual(given);
  });

  test('the same secret sealed twice looks different', () => {
    expect(credentials.seal(source({ password: 'a' }))).not.toEqual(credentials.seal(source({ password: 'a' })));
  });

  test('people see which secrets there are, and none of them', () => {
    const stored = credentials.seal(source({ url: 'https://a.example', password: 'secret' }));
    expect(credentials.shown(stored)).toEqual({
      source: source({ url: 'https://a.example' }),
      secrets: { password: 'set', token: 'not-set' },
    });
  });

  test('a key that is gone: secrets are lost, the failure says what to do, and other options are still shown', () => {
    const stored = credentials.seal(source({ url: 'https://a.example', password: 'secret' }));
    const elsewhere = withKey('two.key');
    expect(elsewhere.shown(stored).secrets).toEqual({ password: 'lost', token: 'not-set' });
    expect(elsewhere.shown(stored).source.options).toEqual({ url: 'https://a.example' });
    expect(() => elsewhere.open(stored)).toThrow(SourceFailure);
    expect(() => elsewhere.open(stored)).toThrow(/cannot be opened/);
    // Entering them again is the way out.
    const again = elsewhere.complete(source({ url: 'https://a.example', password: 'new' }), stored);
    expect(elsewhere.open(elsewhere.seal(again)).options.password).toBe('new');
  });

  test('a change keeps the secrets it does not give, takes those it gives, and drops what it says is null', () => {
    const stored = credentials.seal(source({ url: 'https://a.example', password: 'old', token: 'kept' }));
    const kept = credentials.complete(source({ url: 'https://a.example', extra: 2 }), stored);
    expect(kept.options).toEqual({ url: 'https://a.example', extra: 2, password: 'old', token: 'kept' });
    const changed = credentials.complete(source({ url: 'https://a.example', password: 'new', token: null }), stored);
    expect(changed.options).toEqual({ url: 'https://a.example', password: 'new' });
  });

  test('a stored secret never goes to another address', () => {
    const stored = credentials.seal(source({ url: 'https://a.example', password: 'old' }));
    expect(() => credentials.complete(source({ url: 'https://evil.example' }), stored)).toThrow(InvalidInput);
    expect(() => credentials.complete(source({ url: 'https://a.example', pin: 'other' }), stored)).toThrow(
      /"pin" changes/,
    );
    const moved = credentials.complete(source({ url: 'https://b.example', password: 'again' }), stored);
    expect(moved.options).toEqual({ url: 'https://b.example', password: 'again' });
  });

  test('what looks sealed but is not opens to nothing', () => {
    for (const sealed of ['', 'AAAA', 7, null]) {
      expect(credentials.shown(source({ password: { sealed } })).secrets.password).toBe('lost');
    }
  });
});
