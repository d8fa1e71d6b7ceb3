import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatUserinfo, parseUserinfo } from './userinfo.ts';

describe('Subscription-Userinfo', () => {
  it('is what clients know, with 0 for unlimited and never', () => {
    const used = { upload: 3n, download: 9_007_199_254_740_993n, total: null, expiresAt: null };
    expect(formatUserinfo(used)).toBe('upload=3; download=9007199254740993; total=0; expire=0');
    expect(parseUserinfo('Upload=3;download=5 ; total=0;expire=;x=1')).toEqual({
      upload: 3n,
      download: 5n,
      total: null,
      expiresAt: null,
    });
  });

  it('says nothing rather than something inexact', () => {
    expect(parseUserinfo('total=100; expire=1')).toBeNull();
    expect(parseUserinfo('upload=-1; download=1.5')).toBeNull();
    expect(parseUserinfo('upload=1e5; download=7')).toBeNull();
    expect(parseUserinfo('upload=1; expire=99999999999999999')).toMatchObject({ expiresAt: null });
  });

  it('comes back as it was written', () => {
    const bytes = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
    const quota = fc.option(fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }));
    const expiry = fc.option(fc.integer({ min: 1, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000)));
    fc.assert(
      fc.property(bytes, bytes, quota, expiry, (upload, download, total, expiresAt) => {
        const userinfo = { upload, download, total, expiresAt };
        expect(parseUserinfo(formatUserinfo(userinfo))).toEqual(userinfo);
      }),
    );
  });
});
