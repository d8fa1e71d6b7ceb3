import { IMPLAUSIBLE_BYTES, type Traffic } from '../units/bytes.ts';

/** Why bytes are set aside for an admin to decide, instead of being counted. */
export type ImplausibleReason = 'implausible' | 'faster-than-link';

/** The clock of the poll and the moment of the reading differ by a little: over short intervals that is a lot. */
const SLACK_SECONDS = 2n;

/**
 * Judges counted bytes: over 10 TiB, or more in one direction than the node's link carries in the interval (with a tenth
 * and two seconds to spare). `linkMbit` null, or an unknown start: only the first rule.
 */
export function implausibleReason(
  counted: Traffic,
  interval: { readonly fromMs: number | null; readonly toMs: number },
  linkMbit: number | null,
): ImplausibleReason | null {
  if (counted.total > IMPLAUSIBLE_BYTES) return 'implausible';
  if (linkMbit === null || interval.fromMs === null) return null;
  const seconds = BigInt(Math.ceil(Math.max(0, interval.toMs - interval.fromMs) / 1000)) + SLACK_SECONDS;
  const carried = (BigInt(Math.ceil(linkMbit)) * 125_000n * seconds * 11n) / 10n;
  const { rx, tx, total } = counted;
  // Without directions both may have been full.
  const isFaster = rx === null || tx === null ? total > 2n * carried : rx > carried || tx > carried;
  return isFaster ? 'faster-than-link' : null;
}
