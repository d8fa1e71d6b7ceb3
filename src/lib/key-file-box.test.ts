import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeyFileBox } from './key-file-box.ts';

describe('KeyFileBox', () => {
  let folder: string;
  const secret = new TextEncoder().encode('signing secret');
  const key = () => join(folder, 'secret.key');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'xpert-box-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('opens what it sealed, also after a restart, and never seals alike twice', () => {
    const box = new KeyFileBox(key());
    const sealed = box.seal(secret);
    expect(Buffer.from(sealed).includes('signing')).toBe(false);
    expect(Buffer.from(box.seal(secret)).equals(sealed)).toBe(false);
    expect(new KeyFileBox(key()).open(sealed)).toEqual(Buffer.from(secret));
  });

  it('makes its key readable for nobody else, and only once', () => {
    new KeyFileBox(key()).seal(secret);
    const made = readFileSync(key());
    expect(statSync(key()).mode & 0o777).toBe(0o600);
    new KeyFileBox(key()).seal(secret);
    expect(readFileSync(key())).toEqual(made);
  });

  it('answers null for what was changed or sealed with another key', () => {
    const sealed = new KeyFileBox(key()).seal(secret);
    const changed = Uint8Array.from(sealed, (byte, n) => (n === 15 ? byte ^ 1 : byte));
    expect(new KeyFileBox(key()).open(changed)).toBeNull();
    expect(new KeyFileBox(key()).open(sealed.subarray(0, 20))).toBeNull();
    expect(new KeyFileBox(join(folder, 'other.key')).open(sealed)).toBeNull();
  });

  it('says which file is not a key', () => {
    writeFileSync(key(), 'short');
    expect(() => new KeyFileBox(key()).seal(secret)).toThrow(/secret\.key is not a key of 32 bytes/);
  });
});
