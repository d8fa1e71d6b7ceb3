import type { PeerReading } from '../../core/metering/collector.ts';
import { garbled } from './failures.ts';
import type { DeclaredOptions } from './options.ts';

/** What stood in an answer. */
export interface Found {
  readonly peers: readonly PeerReading[];
  /** Items whose values are not there. */
  readonly withoutValue: number;
  /** The text itself shows that nothing is missing at its end. */
  readonly isWhole: boolean;
  readonly start?: string;
  readonly uptimeSeconds?: number;
}

const MAX_KEY_CHARACTERS = 512;
const MAX_U64 = 0xffff_ffff_ffff_ffffn;

/** A text or a number that names something. @throws SourceFailure */
export function keyOf(value: unknown, what: string): string {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  if (typeof text === 'string' && text !== '' && text.length <= MAX_KEY_CHARACTERS) return text;
  throw garbled(`"${what}" is missing, or is no text and no number`);
}

/** In bytes. @throws SourceFailure */
export function scaled(value: bigint, { unitBytes = 1 }: DeclaredOptions): bigint {
  const bytes = value * BigInt(unitBytes);
  if (bytes > MAX_U64) throw garbled('a value is larger than any counter');
  return bytes;
}

/**
 * A whole number from 0 to 2^64 - 1, as a number or as digits; null for everything else. Written with a point or an
 * exponent (123.0, 1.5e9) it has to be one that is surely exact, below 2^53.
 */
export function countOf(value: unknown): bigint | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : null;
  const isDigits = typeof value === 'string' && /^\d{1,20}$/.test(value);
  const number = isDigits ? BigInt(value) : value;
  return typeof number === 'bigint' && number >= 0n && number <= MAX_U64 ? number : null;
}
