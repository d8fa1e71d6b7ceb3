import { Type } from '@sinclair/typebox';
import { NotFound } from '../../core/errors.ts';
import { type Actor, visibilityOf } from '../../core/identity/authorize.ts';
import type { User } from '../../core/inventory/peer.ts';
import type { Page } from '../../core/ledger/usage-history.ts';
import type { Plan } from '../../core/quota/quota-store.ts';
import type { UserId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Nothing } from '../schemas/common.ts';
import { NameJson } from '../schemas/identity.ts';
import { NewPlanJson, NewTerms, PlanJson, planJson, termsOf } from '../schemas/quotas.ts';

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
const tags = ['plans'];
const listSchema = {
  tags,
  summary: 'Plans: quotas, cycles and times that users may have',
  response: { 200: Type.Object({ items: Type.Array(PlanJson) }) },
};
const oneSchema = { tags, summary: 'One plan, by id or name', params: ById, response: { 200: PlanJson } };
const addSchema = { tags, summary: 'Make a plan', body: NewPlanJson, response: { 201: PlanJson } };
const changeSchema = {
  tags,
  summary: 'Change a plan: the new terms hold for all who have it',
  params: ById,
  body: Type.Object({ name: Type.Optional(NameJson), terms: Type.Optional(NewTerms) }),
  response: { 200: PlanJson },
};
const deleteSchema = { tags, summary: 'Remove a plan that nobody has', params: ById, response: { 204: Nothing } };
const previewSchema = {
  tags,
  summary: 'What terms would do now to these users, or to all: who would be cut off',
  body: Type.Object({
    terms: NewTerms,
    users: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { maxItems: 10_000 })),
    plan: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Only users who have it.' })),
    given: Type.Optional(
      Type.String({
        ...{ minLength: 1, maxLength: 64 },
        description: 'The plan that is to be given, with its terms: as another one than theirs it begins anew.',
      }),
    ),
  }),
  response: {
    200: Type.Object(
      {
        users: Type.Integer(),
        cutOff: Type.Integer(),
        restored: Type.Integer(),
        cutInPart: Type.Integer({ description: 'Would lose a part, and keep the rest.' }),
        names: Type.Array(Type.String(), { description: 'The first 100 who would be cut off.' }),
      },
      { $id: 'TermsPreview' },
    ),
  },
};

/** Plans, and what they would do. */
export function planRoutes(app: HttpApp, parts: HttpParts): void {
  const { quotas, inventory } = parts.ports;
  const changing = { access: 'change-all' } as const;

  app.get('/api/v1/plans', { config: { access: 'view' }, schema: listSchema }, async () => ({
    items: (await quotas.plans()).map(planJson),
  }));

  app.get('/api/v1/plans/:id', { config: { access: 'view' }, schema: oneSchema }, async (request) =>
    planJson(await findPlan(parts, request.params.id)),
  );

  app.post('/api/v1/plans', { config: changing, schema: addSchema }, async (request, reply) => {
    const { name, terms } = request.body;
    const plan = await quotas.addPlan({ name, terms: termsOf(terms) });
    await audit(parts, request, 'plan.created', name, { terms });
    return reply.code(201).send(planJson(plan));
  });

  app.patch('/api/v1/plans/:id', { config: changing, schema: changeSchema }, async (request) => {
    const { id } = await findPlan(parts, request.params.id);
    const { name, terms } = request.body;
    const plan = await quotas.updatePlan(id, {
      ...(name === undefined ? {} : { name }),
      ...(terms === undefined ? {} : { terms: termsOf(terms) }),
    });
    await quotas.judge();
    await audit(parts, request, 'plan.changed', plan.name, { ...request.body });
    return planJson(plan);
  });

  app.delete('/api/v1/plans/:id', { config: changing, schema: deleteSchema }, async (request, reply) => {
    const { id, name } = await findPlan(parts, request.params.id);
    await quotas.deletePlan(id);
    await audit(parts, request, 'plan.deleted', name);
    return reply.code(204).send(null);
  });

  app.post('/api/v1/plans/preview', { config: { access: 'change-users' }, schema: previewSchema }, async (request) => {
    const { terms, users, plan, given } = request.body;
    const wanted = plan === undefined ? null : (await findPlan(parts, plan)).id;
    const ids = await usersOf(actorOf(request), users);
    const having = wanted === null ? ids : await withPlan(ids, wanted);
    const givenId = given === undefined ? null : (await findPlan(parts, given)).id;
    const how = wanted === null ? 'given' : 'changed';
    const { names, ...effect } = await quotas.preview(termsOf(terms), having, how, givenId);
    return { ...effect, names: [...names] };
  });

  /** Those who are named, or all whom the actor may see. */
  async function usersOf(actor: Actor, named: readonly string[] | undefined): Promise<UserId[]> {
    const who = visibilityOf(actor);
    const ownerId = who.kind === 'owner' ? { ownerId: who.adminId } : {};
    const wanted = named === undefined ? null : new Set(named);
    const found: UserId[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<User> = await inventory.users({ ...ownerId, limit: 1000, cursor });
      for (const { id, name } of page.items) if (wanted === null || wanted.has(id) || wanted.has(name)) found.push(id);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return found;
  }

  async function withPlan(ids: readonly UserId[], planId: string): Promise<UserId[]> {
    const standings = await quotas.standings(ids);
    return ids.filter((id) => standings.get(id)?.plan?.id === planId);
  }
}

/** By id or name. @throws NotFound */
export async function findPlan({ ports }: Pick<HttpParts, 'ports'>, text: string): Promise<Plan> {
  const plan = await ports.quotas.findPlan(text);
  if (plan !== null) return plan;
  throw new NotFound('plan', text, 'GET /api/v1/plans lists them.');
}
