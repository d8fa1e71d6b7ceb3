import type { PeerReading } from '../../core/metering/collector.ts';
import { directed, type Traffic } from '../../core/units/bytes.ts';
import type { Chunk, Fields } from './scan.ts';

/** A peer while its parts are still coming in. */
export type PeerDraft = { -readonly [K in keyof PeerReading]: PeerReading[K] };

const NONE = '(none)';

/** `wg` says rx first: received from the peer. Null if one of the fields is not a u64. */
export function readTraffic(fields: Fields, chunk: Chunk, rx: number): Traffic | null {
  const received = fields.unsigned(chunk, rx);
  const sent = fields.unsigned(chunk, rx + 1);
  return received === null || sent === null ? null : directed(received, sent);
}

/** Null while the peer has none. */
export function readEndpoint(fields: Fields, chunk: Chunk, index: number): string | null {
  return isNone(fields, chunk, index) ? null : fields.text(chunk, index);
}

/** `separator`: a comma in `dump`, a space in `allowed-ips`. */
export function readAllowedIps(fields: Fields, chunk: Chunk, index: number, separator: ',' | ' '): string[] {
  if (isNone(fields, chunk, index)) return [];
  const text = fields.text(chunk, index);
  return text.includes(separator) ? text.split(separator) : [text];
}

/** Instants by second: peers that are connected shake hands every two minutes, so a few hundred serve them all. */
const instants = new Map<number, Date>();
const MAX_INSTANTS = 1_000;

/** Printed in seconds since 1970; 0 = none since the interface came up (null). */
export function readHandshake(fields: Fields, chunk: Chunk, index: number): Date | null {
  const seconds = fields.small(chunk, index);
  if (seconds === null || seconds === 0 || seconds >= 1e11) return null;
  const known = instants.get(seconds);
  if (known !== undefined) return known;
  if (instants.size >= MAX_INSTANTS) instants.clear();
  const made = new Date(seconds * 1000);
  instants.set(seconds, made);
  return made;
}

function isNone(fields: Fields, chunk: Chunk, index: number): boolean {
  return fields.isEmpty(index) || fields.equals(chunk, index, NONE);
}
