import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonPicker, type Placed, pickJson, type Shape } from './json-picker.ts';
import { NotJson } from './json-text.ts';

/** What JSON.parse makes of it, with the same types. */
function expected(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expected);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, expected(field)]));
  return typeof value === 'number' && /^-?\d+$/.test(JSON.stringify(value)) ? BigInt(JSON.stringify(value)) : value;
}

/** Wants everything of this very value. */
function shapeOf(value: unknown): Shape {
  if (Array.isArray(value)) return [value.length === 0 ? 'value' : shapeOf(value[0])];
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, shapeOf(field)]));
  return 'value';
}

const plain = (value: unknown) => JSON.parse(JSON.stringify(value, (_k, v) => (typeof v === 'bigint' ? `${v}n` : v)));
const scalar = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constant(null),
);
/** Rows of one form, as interfaces answer. */
const rows = fc
  .uniqueArray(
    fc.string().filter((name) => name !== '__proto__' && name !== '*'),
    { minLength: 1, maxLength: 5 },
  )
  .chain((names) => fc.array(fc.record(Object.fromEntries(names.map((name) => [name, scalar])))));

describe('picking out of JSON', () => {
  test('what is wanted is exactly what JSON.parse finds, wherever chunks end', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 9 }), fc.boolean(), (list, size, isSpaced) => {
        const value = { before: list.length, rows: list, after: 'x' };
        const bytes = Buffer.from(JSON.stringify(value, null, isSpaced ? 2 : 0));
        const picker = new JsonPicker(shapeOf(value));
        for (let at = 0; at < bytes.length; at += size) picker.push(bytes.subarray(at, at + size));
        expect(plain(picker.finish())).toEqual(plain(expected(JSON.parse(bytes.toString()))));
      }),
    );
  });

  test('what is not wanted is passed over, whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.integer({ min: 1, max: 7 }), (first, second, size) => {
        const bytes = Buffer.from(JSON.stringify({ a: first, wanted: 7, b: [second], c: { wanted: 8 } }));
        const picker = new JsonPicker({ wanted: 'value' });
        for (let at = 0; at < bytes.length; at += size) picker.push(bytes.subarray(at, at + size));
        expect({ ...(picker.finish() as object) }).toEqual({ wanted: 7n });
      }),
    );
  });

  test('whole numbers are exact at any size', () => {
    const numbers = ['0', '-1', '9007199254740993', '18446744073709551615', '1'.repeat(300)];
    expect(pickJson(`[${numbers.join(' , ')}]`, ['value'])).toEqual(numbers.map(BigInt));
    expect(pickJson('[1.5, 1e3, -0.25]', ['value'])).toEqual([1.5, 1000, -0.25]);
  });

  test('a map with names nobody knows before', () => {
    const picked = pickJson('{"bytes":{"1":5,"__proto__":6,"constructor":7}}', { bytes: { '*': 'value' } });
    const { bytes } = picked as { bytes: Record<string, unknown> };
    expect(Object.entries(bytes)).toEqual([
      ['1', 5n],
      ['__proto__', 6n],
      ['constructor', 7n],
    ]);
    expect(({} as Record<string, unknown>).constructor).toBe(Object);
  });

  test('another kind of value than the wanted one is null or absent, not an error: whoever uses it checks', () => {
    const shape = { list: ['value'], object: { a: 'value' }, value: 'value' } as const;
    expect({ ...(pickJson('{"list":null,"object":[1],"value":{"b":[]}}', shape) as object) }).toEqual({ list: null });
  });

  test('a byte order mark before it is passed over, wherever chunks end; values stand where they stand', () => {
    const text = Buffer.from('\ufeff{"a":12}');
    for (let size = 1; size <= text.length; size++) {
      const picker = new JsonPicker({ a: 'value' }, { placed: true });
      for (let at = 0; at < text.length; at += size) picker.push(text.subarray(at, at + size));
      expect({ ...(picker.finish() as object) }).toEqual({ a: { value: 12n, from: 8, to: 10 } });
    }
    for (const prefix of ['efbb', 'ef', 'efbbbfefbbbf', '20efbbbf', 'bbbf', 'efbbbe']) {
      const marked = Buffer.concat([Buffer.from(prefix, 'hex'), Buffer.from('{"a":12}')]);
      expect(() => pickJson(marked, { a: 'value' }), prefix).toThrow(NotJson);
    }
    expect(() => pickJson('\ufeff', { a: 'value' })).toThrow(NotJson);
  });

  test.each([
    ['nothing', ''],
    ['a web page', '<html></html>'],
    ['two values', '{} {}'],
    ['a missing comma', '{"a":1 "b":2}'],
    ['a comma too many', '{"a":1,}'],
    ['a comma too many in a list', '[1,]'],
    ['a missing value', '{"a":}'],
    ['a missing colon', '{"a" 1}'],
    ['the wrong bracket', '{"a":[1}]'],
    ['a bracket too many', '{}}'],
    ['a name without quotes', '{a:1}'],
    ['a leading zero', '[01]'],
    ['a plus', '[+1]'],
    ['NaN', '[NaN]'],
    ['an unknown word', '[tru]'],
    ['a bad escape', '["\\x41"]'],
    ['an endless number', `[${'1'.repeat(500)}]`],
  ])('%s is not JSON', (_name, text) => {
    expect(() => pickJson(text, text.startsWith('[') ? ['value'] : { a: ['value'] })).toThrow(NotJson);
  });

  test('a text that was cut anywhere is not JSON', () => {
    const text = '{"a":[{"b":1,"c":"x\\"y"},{"b":22}],"skipped":{"d":[1,"]"]},"e":null}';
    const shape = { a: [{ b: 'value', c: 'value' }], e: 'value' } as const;
    expect(plain(pickJson(text, shape))).toEqual({ a: [{ b: '1n', c: 'x"y' }, { b: '22n' }], e: null });
    for (let length = 0; length < text.length; length++) {
      expect(() => pickJson(text.slice(0, length), shape), String(length)).toThrow(NotJson);
    }
  });

  test('errors do not repeat what stood there', () => {
    for (const text of ['{"a":"hunter2" x}', '["hunter2\\q"]', '[hunter2]']) {
      const error = (() => {
        try {
          return pickJson(text, text.startsWith('[') ? ['value'] : { a: 'value' });
        } catch (thrown) {
          return thrown;
        }
      })();
      expect(error).toBeInstanceOf(NotJson);
      expect((error as Error).message).not.toContain('hunter2');
    }
  });

  test('values tell where they stand, however the text came', () => {
    const text = Buffer.from('{ "é":[1], "a" : [ {"b":"x\\"ü" , "c": -12.5},{"c":null}] ,"d":9007199254740993}');
    const shape = { a: [{ b: 'value', c: 'value' }], d: 'value' } as const;
    for (let cut = 0; cut <= text.length; cut++) {
      const picker = new JsonPicker(shape, { placed: true });
      picker.push(text.subarray(0, cut));
      picker.push(text.subarray(cut));
      const { a, d } = picker.finish() as { a: Record<string, Placed>[]; d: Placed };
      const stands = [a[0]?.b, a[0]?.c, a[1]?.c, d].map((one) => text.subarray(one?.from, one?.to).toString());
      expect(stands).toEqual(['"x\\"ü"', '-12.5', 'null', '9007199254740993']);
      expect(d.value).toBe(9007199254740993n);
    }
  });
});
