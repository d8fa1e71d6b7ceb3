import type { Random } from '../simulation/random.ts';

/** Texts that parsers of this world have stumbled over. */
const ODD_TEXTS = [
  ...['', ' ', '\0', '\n', '\r\n', '\t', '%', '%00', '%zz', '..', '../../etc/passwd', "'", '"', '`', '\\', '<script>'],
  ...['null', 'true', 'NaN', '-0', '1e999', '0x10', '٣', '９', '\u202e', '\ud800', '\uffff', '😀', 'é', '__proto__'],
  ...['constructor', 'toString', 'hasOwnProperty', '-1', '9223372036854775808', '18446744073709551616', '[::1]', '::'],
  ...['2026-02-30T00:00:00Z', '+275760-09-13T00:00:00Z', '2026-03-10T12:00:00+99:99', 'x'.repeat(300)],
];
const ODD_NUMBERS = [0, -0, -1, 1, 0.5, 1e21, -1e300, 2 ** 31, 2 ** 53, 2 ** 63, Number.MAX_VALUE, 65_536, 1e-7];

export function oddText(random: Random): string {
  if (random.chance(0.7)) return random.pick(ODD_TEXTS);
  return Array.from({ length: random.int(0, 20) }, () => String.fromCodePoint(random.int(0, 0xd7ff))).join('');
}

export function oddNumber(random: Random): number {
  return random.chance(0.7) ? random.pick(ODD_NUMBERS) : random.int(-1_000_000, 1_000_000);
}

/** Any JSON value. */
export function oddValue(random: Random, depth = 0): unknown {
  switch (random.weighted({ text: 4, number: 4, word: 3, list: depth < 3 ? 1 : 0, object: depth < 3 ? 1 : 0 })) {
    case 'text':
      return oddText(random);
    case 'number':
      return oddNumber(random);
    case 'word':
      return random.pick([null, true, false]);
    case 'list':
      return Array.from({ length: random.int(0, 4) }, () => oddValue(random, depth + 1));
    case 'object':
      return Object.fromEntries(
        Array.from({ length: random.int(0, 4) }, () => [oddText(random), oddValue(random, depth + 1)]),
      );
  }
}

/** A copy of a JSON value in which some places hold something else. */
export function spoil(value: unknown, random: Random, share = 0.15): unknown {
  if (random.chance(share)) return oddValue(random);
  if (Array.isArray(value)) return value.map((item) => spoil(item, random, share));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value)
    .filter(() => !random.chance(share / 3))
    .map(([name, member]) => [name, spoil(member, random, share)]);
  if (random.chance(share)) members.push([oddText(random), oddValue(random)]);
  return Object.fromEntries(members);
}

/** Some bytes of it changed, lost, doubled or moved: what lines, disks and people do to text. */
export function damage(bytes: Buffer, random: Random): Buffer {
  let result = bytes;
  for (let n = random.int(1, 4); n > 0; n--) result = damageOnce(result, random);
  return result;
}

function damageOnce(bytes: Buffer, random: Random): Buffer {
  const at = random.int(0, Math.max(0, bytes.length - 1));
  const end = Math.min(bytes.length, at + random.int(1, 60));
  const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  switch (random.weighted({ flip: 3, insert: 3, drop: 3, double: 2, cut: 1, number: 3 })) {
    case 'flip': {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[at] = random.int(0, 255);
      return copy;
    }
    case 'insert':
      return Buffer.concat([before, Buffer.from(oddText(random)), piece, after]);
    case 'drop':
      return Buffer.concat([before, after]);
    case 'double':
      return Buffer.concat([before, piece, piece, after]);
    case 'cut':
      return Buffer.from(before);
    case 'number':
      return Buffer.from(
        bytes.toString('latin1').replace(/\d{3,}/g, (text) => (random.chance(0.1) ? String(oddNumber(random)) : text)),
        'latin1',
      );
  }
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly format?: string;
  readonly default?: unknown;
}

/** Values that fit a JSON Schema of openapi.json, at random. `known`: ids and names that exist. */
export function fittingValue(
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  known: readonly string[],
  random: Random,
): unknown {
  const again = (inner: Schema) => fittingValue(inner, schemas, known, random);
  if (schema.$ref !== undefined) return again(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return random.pick(schema.enum);
  if (schema.anyOf !== undefined) return again(random.pick(schema.anyOf));
  switch ([schema.type ?? 'any'].flat()[0]) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([name]) => schema.required?.includes(name) === true || random.chance(0.5))
          .map(([name, member]) => [name, again(member)]),
      );
    case 'array':
      return Array.from({ length: random.int(0, 4) }, () => again(schema.items ?? {}));
    case 'integer':
    case 'number':
      return random.int(schema.minimum ?? 0, Math.min(schema.maximum ?? 100_000, (schema.minimum ?? 0) + 100_000));
    case 'boolean':
      return random.chance(0.5);
    case 'string':
      return textOf(schema, known, random);
    default:
      return oddValue(random);
  }
}

function textOf({ format, maxLength }: Schema, known: readonly string[], random: Random): string {
  if (format === 'date-time') return new Date(random.int(1_700_000_000, 1_800_000_000) * 1000).toISOString();
  const text = random.chance(0.5)
    ? random.pick(known)
    : random.chance(0.6)
      ? `name-${random.int(1, 40)}`
      : oddText(random);
  return maxLength === undefined ? text : text.slice(0, maxLength);
}
