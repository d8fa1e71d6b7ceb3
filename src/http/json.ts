/**
 * Writes a value as JSON with exact integers: a bigint becomes a plain number, however large (`JSON.stringify` refuses
 * bigints, and going through `Number` would round). Dates become RFC 3339 UTC; `undefined` members are left out.
 */
export function writeJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null';
    case 'bigint':
      return value.toString();
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : writeComposite(value);
    default:
      return 'null';
  }
}

function writeComposite(value: object): string {
  if (value instanceof Date) return writeInstant(value);
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  let members = '';
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${writeJson(member)}`;
  }
  return `{${members}}`;
}

/** Texts of instants: charts have the same ones again and again, and to make one takes twenty times what it takes to look it up. */
const instants = new Map<number, string>();
const MOST_INSTANTS = 4096;

function writeInstant(date: Date): string {
  const ms = date.getTime();
  let text = instants.get(ms);
  if (text === undefined) {
    text = `"${date.toISOString()}"`;
    if (instants.size >= MOST_INSTANTS) instants.clear();
    instants.set(ms, text);
  }
  return text;
}
