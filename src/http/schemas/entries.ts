import { Type } from '@sinclair/typebox';
import { billedOf, type Traffic } from '../../core/units/bytes.ts';
import { Bytes, Instant, MaybeInstant, MaybeString, Nullable, TrafficJson } from './common.ts';

const BytesChange = Type.Unsafe<bigint>({ type: 'integer', description: 'Bytes, exact; negative: taken away.' });
const MaybeBytesChange = Type.Unsafe<bigint | null>({ type: ['integer', 'null'] });

export const TrafficChangeJson = Type.Object(
  { rxBytes: MaybeBytesChange, txBytes: MaybeBytesChange, totalBytes: BytesChange, billedBytes: BytesChange },
  { $id: 'TrafficChange' },
);

export function changeJson(traffic: Traffic) {
  const { rx, tx, total } = traffic;
  return { rxBytes: rx, txBytes: tx, totalBytes: total, billedBytes: billedOf(traffic) };
}

/** Who did it; null: on the server itself. */
export const ByJson = Nullable(Type.Object({ id: Type.String(), name: MaybeString }));

const HolderEffectJson = Type.Object({
  userId: MaybeString,
  userToken: MaybeString,
  peerId: MaybeString,
  name: Type.String(),
  deleted: Type.Boolean(),
  traffic: TrafficChangeJson,
  shownBefore: TrafficJson,
  shownAfter: TrafficJson,
});

export const EffectJson = Type.Object(
  {
    traffic: TrafficChangeJson,
    holders: Type.Array(HolderEffectJson, { description: 'Whose usage changes, and what is shown before and after.' }),
    from: MaybeInstant,
    to: MaybeInstant,
    days: Type.Integer(),
    wholeDays: Type.Integer({ description: 'Days of which no 15-minute records are left: only their sum changes.' }),
    estimatedBytes: Type.Unsafe<bigint>({
      ...Bytes,
      description: 'Bytes placed by time alone, because the instant lies within a quarter or day known as a sum only.',
    }),
  },
  { $id: 'EntryEffect' },
);

const Decision = Type.Union([Type.Literal('booking'), Type.Literal('dismissal')]);

export const EntryJson = Type.Object(
  {
    id: Type.String(),
    kind: Type.Union([Type.Literal('correction'), Decision, Type.Literal('rebinding')]),
    at: Instant,
    by: ByJson,
    reason: Type.String(),
    item: Nullable(
      Type.Object({
        kind: Type.Union([Type.Literal('quarantine'), Type.Literal('baseline')]),
        id: Type.String(),
      }),
    ),
    rebinding: Nullable(
      Type.Object(
        {
          peerId: Type.String(),
          peerName: MaybeString,
          userId: MaybeString,
          userName: MaybeString,
          from: Instant,
          to: Type.Unsafe<Date | null>({ ...MaybeInstant, description: 'null: until further notice.' }),
        },
        { description: 'A time of a peer that was given to that user; without one to nobody.' },
      ),
    ),
    effect: EffectJson,
    undoes: Type.Unsafe<string | null>({ ...MaybeString, description: 'The entry whose opposite this is.' }),
    undoneBy: MaybeString,
  },
  { $id: 'LedgerEntry' },
);

export const OutcomeJson = Type.Object(
  {
    applied: Type.Boolean({ description: 'false: this was a preview.' }),
    entry: Nullable(EntryJson),
    effect: EffectJson,
  },
  { $id: 'EntryOutcome' },
);

const aside = {
  id: Type.String(),
  at: Instant,
  reason: Type.String(),
  traffic: TrafficJson,
  peerId: MaybeString,
  peerName: MaybeString,
  nodeName: MaybeString,
  decided: Nullable(
    Type.Object({ entryId: Type.String(), kind: Decision, at: Instant, by: ByJson, reason: Type.String() }),
  ),
};

export const QuarantinedJson = Type.Object(
  { ...aside, userToken: MaybeString, server: MaybeString },
  { $id: 'Quarantined' },
);

export const BaselineJson = Type.Object(
  {
    ...aside,
    reason: Type.Union([Type.Literal('before-xpert'), Type.Literal('unproven'), Type.Literal('rewound')]),
    userName: Type.Unsafe<string | null>({ ...MaybeString, description: 'Who owns the peer now.' }),
  },
  { $id: 'Baseline' },
);

export const Reason = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' });
export const Preview = Type.Optional(Type.Boolean({ description: 'Only say what it would do.' }));
