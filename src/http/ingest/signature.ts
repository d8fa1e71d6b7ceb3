import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { problem } from '../problem.ts';

/** How far a signed timestamp may be from our clock, both ways: Standard Webhooks, "verifying webhooks". */
const TOLERANCE_MS = 5 * 60_000;

/** Header values that Standard Webhooks signs with. */
export interface SignedHeaders {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
}

/** Null if the request is not signed at all. @throws invalid-signature if it is signed in part or not in time */
export function signedHeaders(headers: IncomingHttpHeaders, nowMs: number): SignedHeaders | null {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signature = headers['webhook-signature'];
  if (signature === undefined) return null;
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string') {
    throw problem('invalid-signature', 'A signed request needs webhook-id, webhook-timestamp and webhook-signature.');
  }
  const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  if (!(Math.abs(seconds * 1000 - nowMs) <= TOLERANCE_MS)) {
    throw problem('invalid-signature', 'webhook-timestamp is more than 5 minutes away from the time of this server.');
  }
  return { id, timestamp, signature };
}

/** True if any of the signatures is of this secret: several signatures and several secrets make rotation possible. */
export function isSignedWith(secret: Uint8Array, signed: SignedHeaders, body: string): boolean {
  const expected = createHmac('sha256', secret).update(`${signed.id}.${signed.timestamp}.${body}`).digest();
  return signed.signature.split(' ').some((entry) => {
    const [version, encoded] = entry.split(',', 2);
    if (version !== 'v1' || encoded === undefined) return false;
    const given = Buffer.from(encoded, 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}
