/** Strings and whole number tokens, so that digits inside a string or a fraction are never taken for an integer. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_INTEGER = /^-?\d{16,}$/;

/**
 * Parses JSON without rounding: an integer of 16 digits or more, which a number may not hold, comes as the text of its
 * digits (`wholeNumberOf` reads both). Costs one scan where there is none. @throws SyntaxError, which quotes the text
 */
export function parseExactJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text.replace(TOKEN, (token) => (LONG_INTEGER.test(token) ? `"${token}"` : token)));
}

const MAX_U64 = 0xffff_ffff_ffff_ffffn;

/** A whole number from 0 to 2^64 - 1, as a number or as digits; null for everything else. */
export function wholeNumberOf(value: unknown): bigint | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : null;
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value)) return null;
  const number = BigInt(value);
  return number <= MAX_U64 ? number : null;
}

/** What a JSON pointer (RFC 6901) points at; undefined where there is nothing. */
export function valueAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const part of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (!Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
