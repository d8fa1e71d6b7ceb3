import type { MoveValue } from '../sql/moving.ts';

/**
 * Rows as the text form of COPY has them (PostgreSQL's documentation of COPY, "Text Format"), with all that the server escapes itself: what
 * it gives back is the same, byte by byte.
 */
export function copyLines(rows: readonly (readonly MoveValue[])[]): string {
  let text = '';
  for (const row of rows) {
    for (let i = 0; i < row.length; i++) text += (i === 0 ? '' : '\t') + field(row[i] ?? null);
    text += '\n';
  }
  return text;
}

function field(value: MoveValue): string {
  if (value === null) return '\\N';
  if (typeof value === 'string') return value.replace(/[\\\b\f\n\r\t\v]/g, (found) => escapes[found] as string);
  if (value instanceof Uint8Array) return `\\\\x${Buffer.from(value).toString('hex')}`;
  return String(value);
}

const escapes: Readonly<Record<string, string>> = {
  ...{ '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' },
};
