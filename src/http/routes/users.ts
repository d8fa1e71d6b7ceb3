import { type Static, Type } from '@sinclair/typebox';
import { InvalidInput, NotFound } from '../../core/errors.ts';
import { type Actor, adminIdOf, isAllowed, ownsUser, visibilityOf } from '../../core/identity/authorize.ts';
import { USER_SORTS, type UserQuery, type UserSort } from '../../core/inventory/inventory-store.ts';
import type { User } from '../../core/inventory/peer.ts';
import { userTokenRefusal } from '../../core/metering/ingest.ts';
import { NOTHING } from '../../core/units/bytes.ts';
import type { AdminId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import { newSecret, newUserToken } from '../auth/secrets.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { problem } from '../problem.ts';
import { refuseAtLimit } from '../reseller-limit.ts';
import { Nothing, Nullable, PageOf, PageQuery, trafficJson } from '../schemas/common.ts';
import { NameJson } from '../schemas/identity.ts';
import {
  EmailJson,
  NoteJson,
  TagsJson,
  TelegramIdJson,
  type UserBody,
  UserJson,
  UserStateJson,
} from '../schemas/people.ts';
import { entitlementOrNull } from '../schemas/quotas.ts';
import { hidingHolders } from '../visible-user.ts';
import { entitlementOf, NewEntitlement } from './entitlements.ts';
import { findPlan } from './plans.ts';
import { fromTemplate } from './user-templates.ts';

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) });
const members = {
  telegramId: Type.Optional(Nullable(TelegramIdJson)),
  email: Type.Optional(Nullable(EmailJson)),
  note: Type.Optional(NoteJson),
  tags: Type.Optional(TagsJson),
  role: Type.Optional(Type.String({ minLength: 1, maxLength: 32 })),
  active: Type.Optional(Type.Boolean()),
  owner: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'Name of the admin whose user it is.' }),
  ),
};
const NewUser = Type.Object({
  name: NameJson,
  userToken: Type.Optional(Type.String({ maxLength: 128 })),
  linkToken: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._~-]{6,128}$', description: 'Secret.' })),
  countInCycle: Type.Optional(Type.Boolean({ description: 'Claimed history counts in the running cycle, too.' })),
  entitlement: Type.Optional(NewEntitlement),
  template: Type.Optional({ ...NameJson, description: 'What is not given here is as the template has it.' }),
  ...members,
});
const UserChange = Type.Object({ name: Type.Optional(NameJson), ...members });

const SortJson = Type.Unsafe<UserSort>(
  Type.Union(
    USER_SORTS.map((sort) => Type.Literal(sort)),
    {
      default: 'name',
      description:
        'used, share: of the quota nearest to its end; total: since the last reset; expires: when access ends; seen: ' +
        'lastSeenAt. Where it is not known a user comes last. All but name: as it stood up to some seconds ago, ' +
        'and the same for all pages that a cursor leads to.',
    },
  ),
);
const ListQuery = Type.Object({
  ...PageQuery,
  search: Type.Optional(
    Type.String({
      maxLength: 128,
      description:
        'Part of the name, note, e-mail address, Telegram id or a token; capitals and small letters are alike.',
    }),
  ),
  state: Type.Optional(UserStateJson),
  tag: Type.Optional(Type.String({ maxLength: 32 })),
  plan: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'By id or name.' })),
  owner: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Name of the admin.' })),
  sort: Type.Optional(SortJson),
  order: Type.Optional(Type.Union([Type.Literal('asc'), Type.Literal('desc')], { default: 'asc' })),
});

const tags = ['users'];
const listSchema = {
  tags,
  summary: 'Users; "total" comes with the first page',
  querystring: ListQuery,
  response: { 200: PageOf(UserJson) },
};
const oneSchema = { tags, summary: 'One user', params: ById, response: { 200: UserJson } };
const createSchema = {
  tags,
  summary: 'Create a user; usage already reported under the token is claimed',
  body: NewUser,
  response: { 201: UserJson },
};
const changeSchema = {
  tags,
  summary: 'Change a user',
  params: ById,
  body: UserChange,
  response: { 200: UserJson },
};
const deleteSchema = { tags, summary: 'Delete a user; history stays', params: ById, response: { 204: Nothing } };
const rotateSchema = {
  tags,
  summary: 'Give a new user_token; the old one stays an alias of this user',
  params: ById,
  response: { 200: UserJson },
};

/** Users: the people we account to. */
export function userRoutes(app: HttpApp, parts: HttpParts): void {
  const { inventory, clock } = parts.ports;
  const looking = { access: 'view' } as const;
  const changing = { access: 'change-users' } as const;
  const one = async (actor: Actor, user: User) => (await bodies(parts, actor, [user]))[0] as UserBody;

  app.get('/api/v1/users', { config: looking, schema: listSchema }, async (request) => {
    const actor = actorOf(request);
    const page = await inventory.users(await queryOf(parts, actor, request.query));
    return { ...page, items: await bodies(parts, actor, page.items) };
  });

  app.get('/api/v1/users/:id', { config: looking, schema: oneSchema }, async (request) =>
    one(actorOf(request), await findUser(parts, actorOf(request), request.params.id)),
  );

  app.post('/api/v1/users', { config: changing, schema: createSchema }, async (request, reply) => {
    const actor = actorOf(request);
    await refuseAtLimit(parts.ports, actor);
    const { name, telegramId, email, note, tags, role, active, owner, countInCycle } = request.body;
    const template = await fromTemplate(parts, actor, request.body.template);
    const entitlement = template.entitlement(request.body.entitlement ?? {});
    const adding = inventory.addUser({
      name,
      userToken: wantedToken(request.body.userToken),
      // 32 random bytes: nobody guesses a link.
      linkToken: request.body.linkToken ?? newSecret(),
      telegramId: telegramId ?? null,
      role: role ?? 'user',
      email: email ?? null,
      note: note ?? template.note,
      tags: tags ?? template.tags,
      ownerId: owner === undefined ? await defaultOwner(parts, actor) : await ownerNamed(parts, actor, owner),
      active: active ?? true,
      createdAt: clock.now(),
      countInCycle: countInCycle ?? false,
      mayClaim: visibilityOf(actor).kind === 'all',
      ...(entitlement === undefined ? {} : { entitlement: await entitlementOf(parts, entitlement) }),
    });
    const user = await hidingHolders(actor, adding);
    await audit(parts, request, 'user.created', name);
    return reply.code(201).send(await one(actor, user));
  });

  app.patch('/api/v1/users/:id', { config: changing, schema: changeSchema }, async (request) => {
    const actor = actorOf(request);
    const user = await findUser(parts, actor, request.params.id);
    const changed = await inventory.updateUser(user.id, await changeOf(parts, actor, request.body));
    await audit(parts, request, 'user.changed', changed.name, { fields: Object.keys(request.body) });
    return one(actor, changed);
  });

  app.delete('/api/v1/users/:id', { config: changing, schema: deleteSchema }, async (request, reply) => {
    const user = await findUser(parts, actorOf(request), request.params.id);
    await inventory.deleteUser(user.id, clock.now());
    await audit(parts, request, 'user.deleted', user.name);
    return reply.code(204).send(null);
  });

  app.post('/api/v1/users/:id/rotate-token', { config: changing, schema: rotateSchema }, async (request) => {
    const actor = actorOf(request);
    const user = await findUser(parts, actor, request.params.id);
    const rotated = await inventory.rotateUserToken(user.id, newUserToken());
    await audit(parts, request, 'user.token-rotated', rotated.name);
    return one(actor, rotated);
  });
}

async function queryOf(parts: HttpParts, actor: Actor, query: Static<typeof ListQuery>): Promise<UserQuery> {
  const { search, limit, cursor = null, state, tag, plan, owner, sort = 'name', order } = query;
  const who = visibilityOf(actor);
  const named = owner === undefined ? undefined : await ownerNamed(parts, actor, owner, '/query/owner');
  const ownerId = who.kind === 'owner' ? who.adminId : named;
  const planId = plan === undefined ? undefined : (await findPlan(parts, plan)).id;
  return {
    ...{ limit, cursor, sort, descending: order === 'desc' },
    ...(ownerId === undefined ? {} : { ownerId }),
    ...(search === undefined || search === '' ? {} : { search }),
    ...(state === undefined ? {} : { state }),
    ...(tag === undefined ? {} : { tag }),
    ...(planId === undefined ? {} : { planId }),
  };
}

/** By id, name or token. A user of somebody else is as absent as one that does not exist. */
async function findUser({ ports }: HttpParts, actor: Actor, text: string): Promise<User> {
  const user = await ports.inventory.findUser(text);
  if (user === null || !ownsUser(actor, user.ownerId)) {
    throw new NotFound('user', text, 'GET /api/v1/users lists them.');
  }
  return user;
}

async function changeOf(parts: HttpParts, actor: Actor, body: Static<typeof UserChange>) {
  const { owner, ...rest } = body;
  return { ...rest, ...(owner === undefined ? {} : { ownerId: await ownerNamed(parts, actor, owner) }) };
}

/** A reseller's users are their own; everybody else makes users of the owner. Null while there is no owner. */
async function defaultOwner({ ports }: HttpParts, actor: Actor): Promise<AdminId | null> {
  const who = visibilityOf(actor);
  if (who.kind === 'owner') return who.adminId;
  const owners = (await ports.identity.admins()).filter(({ role }) => role === 'owner');
  return (owners.find(({ id }) => id === adminIdOf(actor)) ?? owners[0])?.id ?? null;
}

async function ownerNamed({ ports }: HttpParts, actor: Actor, name: string, pointer = '/owner'): Promise<AdminId> {
  const admin = await ports.identity.adminByName(name);
  if (admin !== null && (visibilityOf(actor).kind === 'all' || admin.id === adminIdOf(actor))) return admin.id;
  throw problem('not-found', `There is no admin "${name}" whose user this could be.`, { pointer });
}

function wantedToken(token: string | undefined): string {
  if (token === undefined) return newUserToken();
  const refusal = userTokenRefusal(token);
  if (refusal !== null) throw new InvalidInput('/userToken', `"userToken" ${refusal}.`);
  return token;
}

async function bodies({ ports }: HttpParts, actor: Actor, users: readonly User[]): Promise<UserBody[]> {
  const ids = users.map(({ id }) => id);
  const [totals, peers, admins, standings, seen] = await Promise.all([
    ports.history.userTotals(ids),
    ports.inventory.peerCounts(ids),
    ports.identity.admins(),
    ports.quotas.standings(ids),
    ports.inventory.lastSeen(ids),
  ]);
  const nowMs = ports.clock.now().getTime();
  const ownerOf = new Map(admins.map(({ id, name }) => [id, { id, name }]));
  const withLink = isAllowed(actor, 'change-users');
  return users.map((user) => ({
    id: user.id,
    name: user.name,
    userToken: user.userToken,
    ...(withLink ? { linkToken: user.linkToken } : {}),
    telegramId: user.telegramId,
    role: user.role,
    email: user.email,
    note: user.note,
    tags: [...user.tags],
    active: user.active,
    state: user.state,
    stateReason: user.stateReason,
    stateSince: user.stateSince,
    owner: user.ownerId === null ? null : (ownerOf.get(user.ownerId) ?? null),
    entitlement: entitlementOrNull(standings.get(user.id), nowMs),
    peers: peers.get(user.id) ?? 0,
    traffic: trafficJson(totals.get(user.id) ?? NOTHING),
    lastSeenAt: seen.get(user.id) ?? null,
    createdAt: user.createdAt,
    deletedAt: user.deletedAt,
  }));
}
