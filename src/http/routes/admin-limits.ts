import { type Static, Type } from '@sinclair/typebox';
import { InvalidInput, NotFound } from '../../core/errors.ts';
import { type Actor, ownsUser } from '../../core/identity/authorize.ts';
import type { Admin } from '../../core/identity/identity-store.ts';
import type { AdminStanding } from '../../core/quota/admin-limit.ts';
import { type BillingCycle, formatCycle, parseCycle } from '../../core/units/billing-cycle.ts';
import type { AdminId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Bytes, MaybeInstant, Nothing, Nullable } from '../schemas/common.ts';

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
const StandingJson = Type.Object(
  {
    bytes: Bytes,
    cycle: Type.String(),
    cutsUsers: Type.Boolean({ description: 'Once it is reached its users are without access, too.' }),
    usedBytes: Bytes,
    usedUp: Type.Boolean({ description: 'Without what nobody vouches for: unsigned reports make no limit reached.' }),
    percent: Type.Integer(),
    from: MaybeInstant,
    to: MaybeInstant,
    reachedAt: MaybeInstant,
  },
  { $id: 'AdminLimit' },
);
const NewLimit = Type.Object({
  bytes: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  cycle: Type.Optional(Type.String({ maxLength: 32, description: 'As of statements: month:1, week:mon, none …' })),
  cutsUsers: Type.Optional(Type.Boolean()),
});

const tags = ['admins'];
const getSchema = {
  tags,
  summary: 'What all users of a reseller may use together, and how far it is used up; null: there is no limit',
  params: ById,
  response: { 200: Nullable(StandingJson) },
};
const putSchema = {
  tags,
  summary: 'Limit what all users of a reseller may use together',
  params: ById,
  body: NewLimit,
  response: { 200: Nullable(StandingJson) },
};
const deleteSchema = { tags, summary: 'Take the limit away', params: ById, response: { 204: Nothing } };

/** Limits over all users of a reseller: set by the owner, seen by the reseller. */
export function adminLimitRoutes(app: HttpApp, parts: HttpParts): void {
  const { identity, adminLimits } = parts.ports;
  const changing = { access: 'manage-admins' } as const;
  const path = '/api/v1/admins/:id/limit';
  const shown = async ({ id }: Admin) => {
    const standing = await adminLimits.standing(id);
    return standing === null ? null : standingJson(standing);
  };

  app.get(path, { config: { access: 'view' }, schema: getSchema }, async (request) => {
    const actor = actorOf(request);
    return await shown(await find(request.params.id, actor));
  });

  app.put(path, { config: changing, schema: putSchema }, async (request) => {
    const admin = await find(request.params.id, actorOf(request));
    if (admin.role !== 'reseller')
      throw new InvalidInput('/id', `"${admin.name}" is no reseller: only resellers have users of their own.`);
    const { bytes, cycle = 'month', cutsUsers = false } = request.body;
    await adminLimits.setLimit(admin.id, { bytes: BigInt(bytes), cycle: cycleOf(cycle), cutsUsers });
    await audit(parts, request, 'admin.limit-set', admin.name, { bytes, cycle, cutsUsers });
    return await shown(admin);
  });

  app.delete(path, { config: changing, schema: deleteSchema }, async (request, reply) => {
    const admin = await find(request.params.id, actorOf(request));
    await adminLimits.setLimit(admin.id, null);
    await audit(parts, request, 'admin.limit-removed', admin.name);
    return reply.code(204).send(null);
  });

  /** By id or by name. @throws NotFound also for admins that the actor has nothing to do with */
  async function find(text: string, actor: Actor): Promise<Admin> {
    const admin = (await identity.admin(text as AdminId)) ?? (await identity.adminByName(text));
    if (admin === null || !ownsUser(actor, admin.id)) throw new NotFound('admin', text);
    return admin;
  }
}

function cycleOf(text: string): BillingCycle {
  const cycle = parseCycle(text);
  if (cycle === null)
    throw new InvalidInput('/cycle', `"${text}" is no cycle.`, 'For example month:1, week:mon or none.');
  return cycle;
}

function standingJson({
  limit,
  used,
  isUsedUp,
  percent,
  from,
  to,
  reachedAt,
}: AdminStanding): Static<typeof StandingJson> {
  const { bytes, cycle, cutsUsers } = limit;
  return {
    bytes,
    cycle: formatCycle(cycle),
    cutsUsers,
    usedBytes: used,
    usedUp: isUsedUp,
    percent,
    ...{ from, to, reachedAt },
  };
}
