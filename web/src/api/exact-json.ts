/** A byte count as the API sends it: a number while that is exact (below 2^53), else a bigint. */
export type Bytes = number | bigint;

/** Strings and whole number tokens, so that digits inside a string or a fraction are never taken for an integer. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_INTEGER = /^-?\d{16,}$/;
const KEY = '$integer';

/**
 * Parses JSON without rounding integers beyond 2^53: those become bigints.
 * Works in every browser (JSON.parse with source text does not), and costs one scan where no long number is present.
 */
export function parseExactJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  const wrapped = text.replace(TOKEN, (token) => (LONG_INTEGER.test(token) ? `{"${KEY}":"${token}"}` : token));
  return JSON.parse(wrapped, (_key, value: unknown) => unwrap(value));
}

function unwrap(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !(KEY in value)) return value;
  const exact = BigInt(String(value[KEY]));
  const rounded = Number(exact);
  return Number.isSafeInteger(rounded) ? rounded : exact;
}
