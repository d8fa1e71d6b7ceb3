import { Type } from '@sinclair/typebox';
import { InvalidInput } from '../../core/errors.ts';
import { adminIdOf } from '../../core/identity/authorize.ts';
import { type BillingRuleEntry, formatMultiplier, parseMultiplier } from '../../core/ledger/billing.ts';
import type { NodeId, ServiceId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Instant, MaybeString, Nothing, Nullable } from '../schemas/common.ts';

const Id = Type.String({ minLength: 1, maxLength: 64 });
const Direction = Type.Union(
  (['both', 'up', 'down', 'max'] as const).map((direction) => Type.Literal(direction)),
  { description: 'up: what the user sent; max: the larger direction of each quarter of an hour.' },
);
const BillingRuleJson = Type.Object(
  {
    id: Type.String(),
    nodeId: Type.String(),
    serviceId: Nullable(
      Type.String({ description: 'null: all VPN services of the node without a rule of their own.' }),
    ),
    from: Instant,
    multiplier: MaybeString,
    direction: Nullable(Direction),
    state: Type.Union([Type.Literal('planned'), Type.Literal('holds'), Type.Literal('past')]),
    setAt: Instant,
    by: Nullable(Type.Object({ id: Type.String(), name: MaybeString })),
  },
  { $id: 'BillingRule' },
);
const NewRule = Type.Object({
  nodeId: Id,
  serviceId: Type.Optional(Id),
  multiplier: Nullable(
    Type.String({
      maxLength: 8,
      description: 'Decimal, 0 to 1000, at most 3 places. null: as the node, for a service.',
    }),
  ),
  direction: Type.Optional(Direction),
  from: Type.Optional(
    Type.String({ format: 'date-time', description: 'Start of a quarter of an hour to come. Default: the next one.' }),
  ),
});

const tags = ['billing'];
const listSchema = {
  tags,
  summary: 'Rules by which counted bytes are billed, the latest first',
  querystring: Type.Object({ node: Type.Optional(Id) }),
  response: { 200: Type.Object({ items: Type.Array(BillingRuleJson) }) },
};
const addSchema = {
  tags,
  summary: 'Set a rule; it holds from the next quarter of an hour on, or later',
  body: NewRule,
  response: { 201: BillingRuleJson },
};
const removeSchema = {
  tags,
  summary: 'Take back a rule that has not begun',
  params: Type.Object({ id: Id }),
  response: { 204: Nothing },
};

/** Multipliers and direction rules of nodes and VPN services. */
export function billingRuleRoutes(app: HttpApp, parts: HttpParts): void {
  const { billing, identity, clock } = parts.ports;
  const config = { access: 'change-all' } as const;

  app.get('/api/v1/billing-rules', { config: { access: 'view' }, schema: listSchema }, async (request) => {
    const entries = await billing.rules(request.query.node as NodeId | undefined);
    const states = statesOf(entries, clock.now());
    return { items: await Promise.all(entries.map((entry, i) => json(entry, states[i] ?? 'past'))) };
  });

  app.post('/api/v1/billing-rules', { config, schema: addSchema }, async (request, reply) => {
    const { nodeId, serviceId, from } = request.body;
    const entry = await billing.setRule({
      nodeId: nodeId as NodeId,
      serviceId: (serviceId as ServiceId | undefined) ?? null,
      from: from === undefined ? null : new Date(from),
      rule: ruleOf(request.body),
      by: adminIdOf(actorOf(request)),
    });
    const { rule } = entry;
    const multiplier = rule === null ? null : formatMultiplier(rule.thousandths);
    const detail = { service: entry.serviceId, multiplier, direction: rule?.direction ?? null, from: entry.from };
    await audit(parts, request, 'billing.rule-set', entry.nodeId, detail);
    return reply.code(201).send(await json(entry, 'planned'));
  });

  app.delete('/api/v1/billing-rules/:id', { config, schema: removeSchema }, async (request, reply) => {
    const { nodeId, from } = await billing.removeRule(request.params.id);
    await audit(parts, request, 'billing.rule-removed', nodeId, { from });
    return reply.code(204).send(null);
  });

  async function json({ by, rule, ...entry }: BillingRuleEntry, state: State) {
    const admin = by === null ? null : { id: by, name: (await identity.admin(by))?.name ?? null };
    const multiplier = rule === null ? null : formatMultiplier(rule.thousandths);
    return { ...entry, multiplier, direction: rule?.direction ?? null, state, by: admin };
  }
}

type State = 'planned' | 'holds' | 'past';

/** Of each node and service the latest rule that has begun holds. `entries`: the latest first. */
function statesOf(entries: readonly BillingRuleEntry[], now: Date): State[] {
  const begun = new Set<string>();
  return entries.map(({ nodeId, serviceId, from }) => {
    if (from > now) return 'planned';
    const whose = `${nodeId} ${serviceId ?? ''}`;
    if (begun.has(whose)) return 'past';
    begun.add(whose);
    return 'holds';
  });
}

function ruleOf({
  multiplier,
  direction,
  serviceId,
}: {
  multiplier: string | null;
  direction?: Rule;
  serviceId?: string;
}) {
  if (multiplier === null) {
    if (serviceId !== undefined && direction === undefined) return null;
    throw new InvalidInput('/multiplier', 'Only a VPN service can go by the rule of its node.', 'Give a multiplier.');
  }
  const thousandths = parseMultiplier(multiplier);
  if (thousandths !== null) return { thousandths, direction: direction ?? ('both' as const) };
  throw new InvalidInput('/multiplier', '"multiplier" must be a decimal from 0 to 1000 with at most 3 places.');
}

type Rule = 'both' | 'up' | 'down' | 'max';
