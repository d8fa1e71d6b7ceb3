import type { Buffer } from 'node:buffer';
import type { PeerReading } from '../../core/metering/collector.ts';
import { directed, type Traffic } from '../../core/units/bytes.ts';
import type { Fields } from './scan.ts';

/** A peer while its parts are still coming in. */
export type PeerDraft = { -readonly [K in keyof PeerReading]: PeerReading[K] };

const NONE = '(none)';

/** `wg` says rx first: received from the peer. Null if one of the fields is not a u64. */
export function readTraffic(fields: Fields, bytes: Buffer, rx: number): Traffic | null {
  const received = fields.unsigned(bytes, rx);
  const sent = fields.unsigned(bytes, rx + 1);
  return received === null || sent === null ? null : directed(received, sent);
}

/** Null while the peer has none. */
export function readEndpoint(fields: Fields, bytes: Buffer, index: number): string | null {
  return isNone(fields, bytes, index) ? null : fields.text(bytes, index);
}

/** `separator`: a comma in `dump`, a space in `allowed-ips`. */
export function readAllowedIps(fields: Fields, bytes: Buffer, index: number, separator: ',' | ' '): string[] {
  if (isNone(fields, bytes, index)) return [];
  const text = fields.text(bytes, index);
  return text.includes(separator) ? text.split(separator) : [text];
}

/** Instants by second: peers that are connected shake hands every two minutes, so a few hundred serve them all. */
const instants = new Map<number, Date>();
const MAX_INSTANTS = 1_000;

/** Printed in seconds since 1970; 0 = none since the interface came up (null). */
export function readHandshake(fields: Fields, bytes: Buffer, index: number): Date | null {
  const seconds = fields.small(bytes, index);
  if (seconds === null || seconds === 0 || seconds >= 1e11) return null;
  const known = instants.get(seconds);
  if (known !== undefined) return known;
  if (instants.size >= MAX_INSTANTS) instants.clear();
  const made = new Date(seconds * 1000);
  instants.set(seconds, made);
  return made;
}

function isNone(fields: Fields, bytes: Buffer, index: number): boolean {
  return fields.isEmpty(index) || fields.equals(bytes, index, NONE);
}
