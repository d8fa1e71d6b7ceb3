import { type Static, Type } from '@sinclair/typebox';
import { InvalidInput } from '../../core/errors.ts';
import { forecastMs } from '../../core/quota/evaluate.ts';
import {
  formatPlanCycle,
  parsePlanCycle,
  QUOTA_DIRECTIONS,
  type QuotaDirection,
  type Terms,
} from '../../core/quota/plan.ts';
import type { Plan, TopUp, UserStanding } from '../../core/quota/quota-store.ts';
import { Bytes, Instant, MaybeInstant, MaybeInteger, MaybeString, Nullable } from './common.ts';
import { NameJson } from './identity.ts';

const Direction = Type.Unsafe<QuotaDirection>(
  Type.Union(
    QUOTA_DIRECTIONS.map((direction) => Type.Literal(direction)),
    { description: 'billed: by the rules of nodes; up: what the user sent; max: the larger sum of the cycle.' },
  ),
);
const Names = (description: string) =>
  Nullable(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 1000, description }));
/** Bytes in a request: an exact JSON number. */
export const SomeBytes = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Bytes.' });

const quotaMembers = {
  direction: Direction,
  nodeIds: Names('Only what these nodes carry, and cut only there; null: everything.'),
  nodeTags: Names('Only what nodes of these groups carry: those with any of the tags, now and as they come.'),
  protocols: Names('Only over these protocols; null: over all.'),
  softPercent: Nullable(Type.Integer({ minimum: 1, maximum: 100, description: 'Soft limit: a warning, no cut.' })),
  graceBytes: Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Let through past the quota.',
  }),
  rollover: Type.Boolean({ description: 'What a cycle leaves is allowed on top in the next one.' }),
};
const NewQuota = Type.Composite([
  Type.Object({ name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })), bytes: SomeBytes }),
  Type.Partial(Type.Object(quotaMembers)),
]);

export const NewTerms = Type.Object({
  cycle: Type.Optional(
    Type.String({
      maxLength: 32,
      description: 'none, day, week:sat, month:15, days:30, month:start, … Default: none.',
    }),
  ),
  quotas: Type.Optional(Type.Array(NewQuota, { maxItems: 20 })),
  validDays: Type.Optional(Nullable(Type.Integer({ minimum: 1, maximum: 36_600 }))),
  graceHours: Type.Optional(Type.Integer({ minimum: 0, maximum: 8784 })),
});

const TermsJson = Type.Object(
  {
    cycle: Type.String(),
    quotas: Type.Array(Type.Object({ name: Type.String(), bytes: Bytes, ...quotaMembers, graceBytes: Bytes })),
    validDays: MaybeInteger,
    graceHours: Type.Integer(),
  },
  { $id: 'Terms' },
);

export const PlanJson = Type.Object(
  { id: Type.String(), name: Type.String(), terms: TermsJson, users: Type.Integer(), createdAt: Instant },
  { $id: 'Plan' },
);
export const NewPlanJson = Type.Object({ name: NameJson, terms: NewTerms });

const NamedPlan = Nullable(Type.Object({ id: Type.String(), name: Type.String() }));

export const EntitlementJson = Type.Object(
  {
    plan: NamedPlan,
    nextPlan: NamedPlan,
    terms: TermsJson,
    startedAt: MaybeInstant,
    expiresAt: Type.Unsafe<Date | null>({ ...MaybeInstant, description: 'When access ends, by terms or by hand.' }),
    countsFrom: MaybeInstant,
    resetsAt: MaybeInstant,
    quotas: Type.Array(
      Type.Object({
        name: Type.String(),
        usedBytes: Bytes,
        allowanceBytes: Bytes,
        hardLimitBytes: Bytes,
        percent: Type.Integer({ description: 'Of the allowance, rounded down.' }),
        soft: Type.Boolean({ description: 'The soft limit is reached.' }),
        usedUp: Type.Boolean(),
        usedUpByUnsignedReports: Type.Boolean({
          description: 'Used up if unsigned reports of servers that are not trusted counted: they suspend nobody.',
        }),
        forecastAt: Type.Unsafe<Date | null>({
          ...MaybeInstant,
          description: 'Used up then if the cycle goes on like this; null: not within it.',
        }),
      }),
    ),
  },
  { $id: 'Entitlement', description: 'null: the user may use everything.' },
);
export type EntitlementBody = Static<typeof EntitlementJson>;

export const TopUpJson = Type.Object(
  {
    id: Type.String(),
    quota: Type.String(),
    bytes: Bytes,
    at: Instant,
    reason: MaybeString,
    undoneAt: MaybeInstant,
  },
  { $id: 'TopUp' },
);

/** @throws InvalidInput for a cycle that is none */
export function termsOf({ cycle = 'none', quotas = [], validDays, graceHours }: Static<typeof NewTerms>): Terms {
  const parsed = parsePlanCycle(cycle);
  if (parsed === null) {
    throw new InvalidInput('/cycle', `"${cycle}" is no cycle.`, 'For example month:1, days:30, week:mon or none.');
  }
  return {
    cycle: parsed,
    quotas: quotas.map((quota) => {
      const { name = 'all', bytes, ...rest } = quota;
      return {
        name,
        bytes: BigInt(bytes),
        direction: rest.direction ?? 'billed',
        nodeIds: rest.nodeIds ?? null,
        nodeTags: rest.nodeTags ?? null,
        protocols: rest.protocols ?? null,
        softPercent: rest.softPercent ?? null,
        graceBytes: BigInt(rest.graceBytes ?? 0),
        rollover: rest.rollover ?? false,
      };
    }),
    validDays: validDays ?? null,
    graceHours: graceHours ?? 0,
  };
}

function termsJson({ cycle, quotas, validDays, graceHours }: Terms): Static<typeof TermsJson> {
  return {
    cycle: formatPlanCycle(cycle),
    quotas: quotas.map(({ nodeIds, nodeTags, protocols, ...quota }) => ({
      ...quota,
      nodeIds: nodeIds === null ? null : [...nodeIds],
      nodeTags: nodeTags === null ? null : [...nodeTags],
      protocols: protocols === null ? null : [...protocols],
    })),
    validDays,
    graceHours,
  };
}

export function planJson({ id, name, terms, users, createdAt }: Plan): Static<typeof PlanJson> {
  return { id, name, terms: termsJson(terms), users, createdAt };
}

export function topUpJson({ id, quota, bytes, at, reason, undoneAt }: TopUp): Static<typeof TopUpJson> {
  return { id, quota, bytes, at, reason, undoneAt };
}

export function entitlementJson(standing: UserStanding, nowMs: number): EntitlementBody {
  const { plan, nextPlan, terms, startedAt, countsFrom, evaluation } = standing;
  const { expiresMs, resetsMs, quotas } = evaluation;
  return {
    plan,
    nextPlan,
    terms: termsJson(terms),
    startedAt,
    expiresAt: toDate(expiresMs),
    countsFrom,
    resetsAt: toDate(resetsMs),
    quotas: quotas.map((each) => ({
      name: each.quota.name,
      usedBytes: each.used,
      allowanceBytes: each.allowance,
      hardLimitBytes: each.hardLimit,
      percent: each.percent,
      soft: each.isSoft,
      usedUp: each.isUsedUp,
      usedUpByUnsignedReports: each.isUsedUpByDoubt,
      forecastAt: countsFrom === null ? null : toDate(forecastMs(each, countsFrom.getTime(), nowMs, resetsMs)),
    })),
  };
}

/** Null: everything is allowed. */
export function entitlementOrNull(standing: UserStanding | undefined, nowMs: number): EntitlementBody | null {
  return standing === undefined ? null : entitlementJson(standing, nowMs);
}

function toDate(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
