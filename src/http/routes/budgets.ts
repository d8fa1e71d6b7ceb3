import { type Static, Type } from '@sinclair/typebox';
import { InvalidInput, NotFound } from '../../core/errors.ts';
import type { NodeView } from '../../core/inventory/node-operations.ts';
import { BUDGET_DIRECTIONS, type ProviderBudget, standingNow } from '../../core/ledger/provider-budget.ts';
import { CALENDAR_MONTHS, formatCycle, parseCycle } from '../../core/units/billing-cycle.ts';
import { audit } from '../audit.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Bytes, Instant, MaybeBytes, MaybeNumber, MaybeString, Nothing, Nullable } from '../schemas/common.ts';
import { findNodeView } from './nodes.ts';

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
const Direction = Type.Union(
  BUDGET_DIRECTIONS.map((direction) => Type.Literal(direction)),
  { description: 'What the provider counts at the network card; max: the larger direction of the cycle.' },
);
const BudgetJson = Type.Object(
  {
    nodeId: Type.String(),
    nodeName: Type.String(),
    bytes: Bytes,
    cycle: Type.String(),
    direction: Direction,
    pricePerTb: MaybeNumber,
    currency: MaybeString,
    from: Instant,
    to: Instant,
    countsFrom: Type.Unsafe<Date>({ ...Instant, description: 'Later than "from" if the node was added since.' }),
    source: Nullable(
      Type.Union(
        (['card', 'services', 'both'] as const).map((source) => Type.Literal(source)),
        { description: 'card: counter of the network card; services: what the VPN carried, once in and once out.' },
      ),
    ),
    incompleteDays: Type.Integer({
      description: 'Days of which the card was read in part alone: then the larger of card and services is taken.',
    }),
    inBytes: Bytes,
    outBytes: Bytes,
    usedBytes: Bytes,
    percent: Type.Integer(),
    forecastBytes: Type.Unsafe<bigint | null>({
      ...MaybeBytes,
      description: 'Used at the end of the cycle if it goes on like this; null: too early to tell.',
    }),
    extraBytes: Type.Unsafe<bigint>({ ...Bytes, description: 'What lies beyond the budget then.' }),
    extraCost: Type.Unsafe<number | null>({ ...MaybeNumber, description: 'Of that, in "currency".' }),
  },
  { $id: 'ProviderBudget' },
);
const NewBudget = Type.Object({
  bytes: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  cycle: Type.Optional(Type.String({ maxLength: 32, description: 'From reset to reset: month:5 for the 5th.' })),
  direction: Type.Optional(Direction),
  pricePerTb: Type.Optional(Nullable(Type.Number({ minimum: 0, description: 'Of 10^12 bytes more.' }))),
  currency: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 8 }))),
});

const tags = ['nodes'];
const listSchema = {
  tags,
  summary: 'What providers include for each node, what of it is used, and what it will come to',
  response: { 200: Type.Object({ items: Type.Array(BudgetJson) }) },
};
const getSchema = {
  tags,
  summary: 'The same for one node; null: none was told',
  params: ById,
  response: { 200: Nullable(BudgetJson) },
};
const putSchema = {
  tags,
  summary: 'Tell what the provider of a node includes',
  params: ById,
  body: NewBudget,
  response: { 200: Nullable(BudgetJson) },
};
const deleteSchema = { tags, summary: 'Forget what the provider includes', params: ById, response: { 204: Nothing } };

/** Budgets of nodes at their providers: from the nodes' own counters, which no reset mark touches. */
export function budgetRoutes(app: HttpApp, parts: HttpParts): void {
  const { budgets, nodes, operations, clock } = parts.ports;
  const looking = { access: 'view-all' } as const;
  const changing = { access: 'change-all' } as const;
  const path = '/api/v1/nodes/:id/budget';

  app.get('/api/v1/budgets', { config: looking, schema: listSchema }, async () => {
    const views = new Map((await nodes.views()).map((view) => [view.node.id, view]));
    const all = await budgets.budgets();
    const shown = all.map((budget) => [budget, views.get(budget.nodeId)] as const);
    return {
      items: await Promise.all(shown.flatMap(([budget, view]) => (view === undefined ? [] : [json(budget, view)]))),
    };
  });

  app.get(path, { config: looking, schema: getSchema }, async (request) => ofNode(await find(request.params.id)));

  app.put(path, { config: changing, schema: putSchema }, async (request) => {
    const view = await find(request.params.id);
    const { bytes, cycle, direction = 'out', pricePerTb = null, currency = null } = request.body;
    const budget = {
      nodeId: view.node.id,
      bytes: BigInt(bytes),
      cycle: cycleOf(cycle),
      direction,
      pricePerTb,
      currency,
    };
    await budgets.setBudget(budget);
    await audit(parts, request, 'node.budget-set', view.node.name, {
      bytes,
      cycle: formatCycle(budget.cycle),
      direction,
    });
    return await ofNode(view);
  });

  app.delete(path, { config: changing, schema: deleteSchema }, async (request, reply) => {
    const { node } = await find(request.params.id);
    if (!(await budgets.budgets()).some(({ nodeId }) => nodeId === node.id)) throw new NotFound('budget of', node.name);
    await budgets.removeBudget(node.id);
    await audit(parts, request, 'node.budget-removed', node.name);
    return reply.code(204).send(null);
  });

  const find = (text: string): Promise<NodeView> => findNodeView(parts, text);

  async function ofNode(view: NodeView) {
    const budget = (await budgets.budgets()).find(({ nodeId }) => nodeId === view.node.id);
    return budget === undefined ? null : await json(budget, view);
  }

  async function json(budget: ProviderBudget, { node }: NodeView): Promise<Static<typeof BudgetJson>> {
    const [calendar, now] = [await operations.calendar(), clock.now()];
    const { bounds, standing } = await standingNow(budget, { store: budgets, calendar, since: node.createdAt, now });
    return {
      ...{ nodeId: node.id, nodeName: node.name, bytes: budget.bytes, cycle: formatCycle(budget.cycle) },
      ...{ direction: budget.direction, pricePerTb: budget.pricePerTb, currency: budget.currency },
      from: new Date(bounds.fromMs),
      to: new Date(bounds.toMs),
      countsFrom: new Date(Math.max(bounds.fromMs, node.createdAt.getTime())),
      ...{ source: standing.source, incompleteDays: standing.incompleteDays },
      ...{ inBytes: standing.in, outBytes: standing.out, usedBytes: standing.used, percent: standing.percent },
      ...{ forecastBytes: standing.forecast, extraBytes: standing.extra, extraCost: standing.extraCost },
    };
  }
}

function cycleOf(text: string | undefined) {
  const cycle = text === undefined ? CALENDAR_MONTHS : parseCycle(text);
  if (cycle !== null && cycle.kind !== 'none') return cycle;
  throw new InvalidInput(
    '/cycle',
    `"${text}" is no cycle of a provider.`,
    'For example month:5, or days:30@2026-11-01.',
  );
}
