import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSignedWith, signedHeaders } from './signature.ts';

// The example of the Standard Webhooks specification (v1.0, "verifying webhooks").
const SECRET = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
const SIGNED = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const BODY = '{"test": 2432232314}';

describe('isSignedWith', () => {
  it('accepts the example of the specification', () => {
    expect(isSignedWith(SECRET, SIGNED, BODY)).toBe(true);
  });

  it('accepts any of several signatures, as rotation sends them', () => {
    expect(isSignedWith(SECRET, { ...SIGNED, signature: `v1,AAAA ${SIGNED.signature}` }, BODY)).toBe(true);
  });

  it('refuses another body, id, time, secret or version', () => {
    expect(isSignedWith(SECRET, SIGNED, `${BODY} `)).toBe(false);
    expect(isSignedWith(SECRET, { ...SIGNED, id: 'other' }, BODY)).toBe(false);
    expect(isSignedWith(SECRET, { ...SIGNED, timestamp: '1614265331' }, BODY)).toBe(false);
    expect(isSignedWith(Buffer.from('other'), SIGNED, BODY)).toBe(false);
    expect(isSignedWith(SECRET, { ...SIGNED, signature: SIGNED.signature.replace('v1', 'v1a') }, BODY)).toBe(false);
  });

  it('signs the bytes of the body, not its characters', () => {
    const body = '{"server":"сервер"}';
    const digest = createHmac('sha256', SECRET)
      .update(Buffer.from(`m.1.${body}`))
      .digest('base64');
    expect(isSignedWith(SECRET, { id: 'm', timestamp: '1', signature: `v1,${digest}` }, body)).toBe(true);
  });
});

describe('signedHeaders', () => {
  const headers = (timestamp: string) => ({
    'webhook-id': 'm',
    'webhook-timestamp': timestamp,
    'webhook-signature': 'v1,x',
  });

  it('takes a request without a signature for unsigned, also with an id', () => {
    expect(signedHeaders({ 'webhook-id': 'm' }, 0)).toBeNull();
  });

  it('wants the time within five minutes, both ways', () => {
    expect(signedHeaders(headers('1000'), 1_300_000)).not.toBeNull();
    expect(signedHeaders(headers('1000'), 700_000)).not.toBeNull();
    expect(() => signedHeaders(headers('1000'), 1_300_001)).toThrow(/5 minutes/);
    expect(() => signedHeaders(headers('1000'), 699_999)).toThrow(/5 minutes/);
    expect(() => signedHeaders(headers('soon'), 1_000_000)).toThrow(/5 minutes/);
  });

  it('refuses a request that is signed in part', () => {
    expect(() => signedHeaders({ 'webhook-signature': 'v1,x' }, 0)).toThrow(/needs webhook-id/);
  });
});
