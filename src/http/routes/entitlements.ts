import { type Static, Type } from '@sinclair/typebox';
import { InvalidInput, NotFound } from '../../core/errors.ts';
import { adminIdOf, ownsUser } from '../../core/identity/authorize.ts';
import type { User } from '../../core/inventory/peer.ts';
import { countsFromStart, type Terms } from '../../core/quota/plan.ts';
import type { EntitlementChange } from '../../core/quota/quota-store.ts';
import { STATE_REASONS, type StateReason, USER_STATES, type UserState } from '../../core/quota/user-state.ts';
import { type Calendar, parseDay } from '../../core/units/calendar.ts';
import { counted } from '../../core/units/counted.ts';
import type { TopUpId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { refuseAtLimit } from '../reseller-limit.ts';
import { Instant, MaybeString, Nullable } from '../schemas/common.ts';
import {
  EntitlementJson,
  entitlementOrNull,
  NewTerms,
  SomeBytes,
  TopUpJson,
  termsOf,
  topUpJson,
} from '../schemas/quotas.ts';
import { visibleUser } from '../visible-user.ts';
import { findPlan } from './plans.ts';

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) });
const Reference = Type.String({ minLength: 1, maxLength: 64, description: 'Id or name.' });

/** What a user is to be entitled to, as requests say it. */
export const NewEntitlement = Type.Object({
  plan: Type.Optional(Nullable(Reference)),
  terms: Type.Optional(NewTerms),
  quota: Type.Optional({ ...SomeBytes, description: 'Short for terms with one quota of everything.' }),
  cycle: Type.Optional(Type.String({ maxLength: 32, description: 'Of that quota. Default: none.' })),
  begins: Type.Optional(Type.Union([Type.Literal('now'), Type.Literal('with-first-use')])),
  fresh: Type.Optional(
    Type.Boolean({
      description: 'Usage so far does not count. Default: so where the cycle counts from the beginning.',
    }),
  ),
  expiresAt: Type.Optional(
    Nullable(
      Type.String({
        maxLength: 64,
        description: 'An instant; or a day alone: access ends with it, at midnight of the panel’s zone.',
      }),
    ),
  ),
  nextPlan: Type.Optional(Nullable(Reference)),
});
export type NewEntitlementBody = Static<typeof NewEntitlement>;

const tags = ['plans'];
const getSchema = {
  tags,
  summary: 'What a user may use, and how that stands; null: everything',
  params: ById,
  response: { 200: Nullable(EntitlementJson) },
};
const putSchema = {
  tags,
  summary: 'Give a user a plan or terms; "plan": null takes them away. What is absent stays',
  params: ById,
  body: NewEntitlement,
  response: { 200: Nullable(EntitlementJson) },
};
const topUpSchema = {
  tags,
  summary: 'Add bytes to a quota of a user, for the running cycle',
  params: ById,
  body: Type.Object({
    bytes: SomeBytes,
    quota: Type.Optional(Type.String({ minLength: 1, maxLength: 64, default: 'all' })),
    reason: Type.Optional(Type.String({ maxLength: 500 })),
  }),
  response: { 201: TopUpJson },
};
const topUpsSchema = {
  tags,
  summary: 'Top-ups of a user, the latest first',
  params: ById,
  response: { 200: Type.Object({ items: Type.Array(TopUpJson) }) },
};
const undoSchema = { tags, summary: 'Undo a top-up', params: ById, response: { 200: TopUpJson } };
const changesSchema = {
  tags,
  summary: 'How the state of a user changed, the latest first',
  params: ById,
  querystring: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }) }),
  response: {
    200: Type.Object({
      items: Type.Array(
        Type.Object(
          {
            at: Instant,
            from: Type.Unsafe<UserState>({ type: 'string', enum: [...USER_STATES] }),
            to: Type.Unsafe<UserState>({ type: 'string', enum: [...USER_STATES] }),
            reason: Type.Unsafe<StateReason | null>({ type: ['string', 'null'], enum: [...STATE_REASONS, null] }),
            quota: MaybeString,
          },
          { $id: 'StateChange' },
        ),
      ),
    }),
  },
};

const Servers = Type.Object({
  servers: Type.Array(Type.String({ minLength: 1, maxLength: 255 }), {
    maxItems: 10_000,
    uniqueItems: true,
    description: 'As reports name them. Their unsigned reports count towards limits, too.',
  }),
});
const trustedSchema = {
  tags: ['settings'],
  summary: 'Servers whose unsigned reports may limit users',
  response: { 200: Servers },
};

/** What single users are entitled to, with top-ups, and how their states changed. */
export function entitlementRoutes(app: HttpApp, parts: HttpParts): void {
  const { quotas, clock } = parts.ports;
  const looking = { access: 'view' } as const;
  const changing = { access: 'change-users' } as const;
  const shown = async ({ id }: User) => {
    return entitlementOrNull((await quotas.standings([id])).get(id), clock.now().getTime());
  };

  app.get('/api/v1/users/:id/entitlement', { config: looking, schema: getSchema }, async (request) =>
    shown(await visibleUser(parts.ports, actorOf(request), request.params.id)),
  );

  app.put('/api/v1/users/:id/entitlement', { config: changing, schema: putSchema }, async (request) => {
    const actor = actorOf(request);
    const user = await visibleUser(parts.ports, actor, request.params.id);
    await refuseAtLimit(parts.ports, actor);
    await quotas.entitle([user.id], await entitlementOf(parts, request.body), adminIdOf(actor));
    await audit(parts, request, 'user.entitled', user.name, { ...request.body });
    return await shown(user);
  });

  app.get('/api/v1/users/:id/top-ups', { config: looking, schema: topUpsSchema }, async (request) => {
    const { id } = await visibleUser(parts.ports, actorOf(request), request.params.id);
    return { items: (await quotas.topUps(id)).map(topUpJson) };
  });

  app.post('/api/v1/users/:id/top-ups', { config: changing, schema: topUpSchema }, async (request, reply) => {
    const actor = actorOf(request);
    const user = await visibleUser(parts.ports, actor, request.params.id);
    await refuseAtLimit(parts.ports, actor);
    const { bytes, quota = 'all', reason = null } = request.body;
    const by = adminIdOf(actor);
    const topUp = await quotas.addTopUp({ userId: user.id, quota, bytes: BigInt(bytes), by, reason });
    await audit(parts, request, 'user.topped-up', user.name, { quota, bytes, reason, topUp: topUp.id });
    return reply.code(201).send(topUpJson(topUp));
  });

  app.delete('/api/v1/top-ups/:id', { config: changing, schema: undoSchema }, async (request) => {
    const actor = actorOf(request);
    const id = request.params.id as TopUpId;
    const found = await quotas.topUp(id);
    const user = found === null ? null : await parts.ports.inventory.user(found.userId);
    if (user === null || !ownsUser(actor, user.ownerId)) throw new NotFound('top-up', id);
    const topUp = await quotas.undoTopUp(id, adminIdOf(actor));
    await audit(parts, request, 'user.top-up-undone', user.name, { topUp: id });
    return topUpJson(topUp);
  });

  app.get('/api/v1/users/:id/state-changes', { config: looking, schema: changesSchema }, async (request) => {
    const { id } = await visibleUser(parts.ports, actorOf(request), request.params.id);
    return { items: await quotas.stateChanges(id, request.query.limit) };
  });

  const path = '/api/v1/settings/trusted-servers';
  app.get(path, { config: { access: 'view-all' }, schema: trustedSchema }, async () => ({
    servers: [...(await quotas.trustedServers())],
  }));
  app.put(
    path,
    { config: { access: 'change-all' }, schema: { ...trustedSchema, summary: 'Set them', body: Servers } },
    async (request) => {
      const { servers } = request.body;
      // Reports may name a server so: what is trusted already stays.
      const trusted = new Set((await quotas.trustedServers()).map((server) => server.toLowerCase()));
      for (const [i, server] of servers.entries()) if (!trusted.has(server.toLowerCase())) refusePort(server, i);
      await quotas.setTrustedServers(servers);
      await audit(parts, request, 'settings.trusted-servers', counted(servers.length, 'server'), { servers });
      return { servers };
    },
  );
}

const WITH_PORT = /^(\[[^\]]*\]|[^:]*):\d{1,5}$/;

/** Trust goes by the name that reports have, which is compared as a whole: with a port it would match none of the senders that name both apart, as most do. @throws InvalidInput */
function refusePort(server: string, index: number): void {
  const [, name] = WITH_PORT.exec(server) ?? [];
  if (name === undefined) return;
  const message = `"${server}" names a port: senders name server and port apart, and trust goes by the server alone.`;
  const hint = `Leave the port out: ${name.replace(/^\[(.*)\]$/, '$1')}`;
  throw new InvalidInput(`/servers/${index}`, message, hint, 'server-with-port');
}

/** @throws NotFound for an unknown plan, InvalidInput where it contradicts itself */
export async function entitlementOf(
  parts: Pick<HttpParts, 'ports'>,
  body: NewEntitlementBody,
): Promise<EntitlementChange> {
  const { begins, expiresAt, nextPlan } = body;
  const target = await targetOf(parts, body);
  const isFresh = body.fresh ?? (target !== null && target !== undefined && countsFromStart(target.terms.cycle));
  return {
    ...(target === undefined ? {} : { to: target?.to ?? null }),
    ...(begins === undefined ? {} : { begins }),
    ...(isFresh ? { fresh: true } : {}),
    ...(expiresAt === undefined
      ? {}
      : { expiresAt: expiresAt === null ? null : endOf(expiresAt, await parts.ports.operations.calendar()) }),
    ...(nextPlan === undefined ? {} : { nextPlanId: nextPlan === null ? null : (await findPlan(parts, nextPlan)).id }),
  };
}

/** RFC 3339 has none before and none after. */
const FIRST_MS = Date.parse('0000-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** @throws InvalidInput */
function endOf(text: string, calendar: Calendar): Date {
  const day = parseDay(text);
  const ms = day !== null ? calendar.day(day).toMs : INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (ms >= FIRST_MS && ms <= LAST_MS) return new Date(ms);
  throw new InvalidInput(
    '/expiresAt',
    '"expiresAt" must be an instant such as 2026-12-31T20:30:00Z, or a day such as 2026-12-31.',
  );
}

interface Target {
  readonly to: NonNullable<EntitlementChange['to']>;
  readonly terms: Terms;
}

/** Null: everything; undefined: as it is. */
async function targetOf(
  parts: Pick<HttpParts, 'ports'>,
  { plan, terms, quota, cycle }: NewEntitlementBody,
): Promise<Target | null | undefined> {
  if ([plan, terms, quota].filter((each) => each !== undefined).length > 1) {
    throw new InvalidInput('/plan', 'Give one of "plan", "terms" and "quota".');
  }
  if (cycle !== undefined && quota === undefined) {
    throw new InvalidInput('/cycle', '"cycle" goes with "quota"; terms and plans have their own.');
  }
  if (plan !== undefined && plan !== null) {
    const found = await findPlan(parts, plan);
    return { to: { planId: found.id }, terms: found.terms };
  }
  const own = quota === undefined ? terms : { cycle: cycle ?? 'none', quotas: [{ bytes: quota }] };
  if (own === undefined) return plan;
  const parsed = termsOf(own);
  return { to: { terms: parsed }, terms: parsed };
}
