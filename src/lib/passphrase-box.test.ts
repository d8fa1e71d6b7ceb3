import { expect, test } from 'vitest';
import { openWithPassphrase, sealWithPassphrase } from './passphrase-box.ts';

test('a secret sealed with a passphrase is opened by that passphrase alone', async () => {
  const secret = Buffer.from('the key of stored credentials');
  const sealed = await sealWithPassphrase(secret, 'correct horse');
  expect(sealed).not.toContain(secret.toString('base64'));
  expect(Buffer.from((await openWithPassphrase(sealed, 'correct horse')) ?? [])).toEqual(secret);
  expect(await openWithPassphrase(sealed, 'correct house')).toBeNull();
  const { box, ...rest } = JSON.parse(sealed);
  const changed = Buffer.from(box, 'base64');
  changed[20] = (changed[20] ?? 0) ^ 1;
  expect(
    await openWithPassphrase(JSON.stringify({ ...rest, box: changed.toString('base64') }), 'correct horse'),
  ).toBeNull();
  expect(await openWithPassphrase('{"kdf":"scrypt","N":1073741824,"r":8,"p":1,"salt":"","box":""}', 'x')).toBeNull();
  expect(await openWithPassphrase('not json', 'x')).toBeNull();
});
