import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { billedOf, type Traffic } from '../../core/units/bytes.ts';

/** Schema of a value or null, as OpenAPI 3.1 writes it. */
export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** Schema of one of some words. */
export function oneOf<T extends string>(values: readonly T[], options: { readonly default?: T } = {}) {
  const words = values.map((value) => Type.Literal(value));
  return Type.Unsafe<T>(Type.Union(words, options) as TSchema);
}

/** Bytes: an exact JSON integer of up to 63 bits, written from a bigint. */
export const Bytes = Type.Unsafe<bigint>({ type: 'integer', minimum: 0, description: 'Bytes, exact.' });
export const MaybeBytes = Type.Unsafe<bigint | null>({
  type: ['integer', 'null'],
  minimum: 0,
  description: 'Bytes, exact; null where the source does not tell the direction.',
});
export const Instant = Type.Unsafe<Date>({ type: 'string', format: 'date-time' });
export const MaybeInstant = Type.Unsafe<Date | null>({ type: ['string', 'null'], format: 'date-time' });
export const MaybeString = Type.Unsafe<string | null>({ type: ['string', 'null'] });
export const MaybeInteger = Type.Unsafe<number | null>({ type: ['integer', 'null'] });
export const MaybeNumber = Type.Unsafe<number | null>({ type: ['number', 'null'] });

export const TrafficJson = Type.Object(
  {
    rxBytes: MaybeBytes,
    txBytes: MaybeBytes,
    totalBytes: Bytes,
    billedBytes: Type.Unsafe<bigint>({
      type: 'integer',
      description: 'Bytes, exact: what is billed; the total, unless a node has a multiplier or a direction rule.',
    }),
  },
  { $id: 'Traffic' },
);

/** Viewpoint of the node: rx is the user's upload, tx their download. */
export function trafficJson(traffic: Traffic): Static<typeof TrafficJson> {
  const { rx, tx, total } = traffic;
  return { rxBytes: rx, txBytes: tx, totalBytes: total, billedBytes: billedOf(traffic) };
}

export const ProblemJson = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.String(),
    code: Type.String(),
    hint: Type.String(),
    errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }))),
  },
  { $id: 'Problem', description: 'RFC 9457 problem details.' },
);

/** A page of a list. */
export function PageOf<T extends TSchema>(item: T) {
  return Type.Object({
    items: Type.Array(item),
    nextCursor: MaybeString,
    total: Type.Optional(MaybeInteger),
  });
}

export const PageQuery = {
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  cursor: Type.Optional(Type.String({ maxLength: 512 })),
};

/** 204. */
export const Nothing = Type.Null({ description: 'No content.' });
