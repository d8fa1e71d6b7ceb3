import { type Static, Type } from '@sinclair/typebox';
import { InvalidInput } from '../../core/errors.ts';
import { type Actor, adminIdOf, visibilityOf } from '../../core/identity/authorize.ts';
import type { User } from '../../core/inventory/peer.ts';
import type { Page } from '../../core/ledger/usage-history.ts';
import { formatPlanCycle, isOfEverything } from '../../core/quota/plan.ts';
import type { UserStanding } from '../../core/quota/quota-store.ts';
import { counted } from '../../core/units/counted.ts';
import { csvCell } from '../../core/units/csv.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { refuseAtLimit } from '../reseller-limit.ts';
import { SomeBytes } from '../schemas/quotas.ts';
import { visibleUser } from '../visible-user.ts';
import { entitlementOf, NewEntitlement } from './entitlements.ts';

const MOST = 1000;
const tags = ['users'];
const ACTIONS = ['suspend', 'resume', 'delete', 'entitle', 'tag', 'untag', 'top-up'] as const;
type Action = (typeof ACTIONS)[number];
const BulkBody = Type.Object({
  users: Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { minItems: 1, maxItems: MOST }),
  action: Type.Unsafe<Action>(Type.Union(ACTIONS.map((action) => Type.Literal(action)))),
  entitlement: Type.Optional(NewEntitlement),
  tag: Type.Optional(Type.String({ minLength: 1, maxLength: 32, description: 'Of tag and untag.' })),
  bytes: Type.Optional({ ...SomeBytes, description: 'Of top-up: to the quota "all", for the running cycle.' }),
  reason: Type.Optional(Type.String({ maxLength: 500, description: 'Of top-up.' })),
  preview: Type.Optional(Type.Boolean({ description: 'Only say what it would do.' })),
});
const BulkOutcome = Type.Object({
  users: Type.Integer({ description: 'Whom it changes.' }),
  applied: Type.Boolean({ description: 'false: this was a preview.' }),
  unchanged: Type.Array(Type.String(), { description: 'Names: for them it is so already.' }),
  impossible: Type.Array(Type.String(), { description: 'Names: deleted, or no quota to top up; they are left out.' }),
});
const bulkSchema = {
  tags,
  summary: 'The same for many users: suspend, resume, delete, entitle, tag, untag, top up',
  body: BulkBody,
  response: { 200: BulkOutcome },
};
const exportSchema = {
  tags,
  summary: 'All users as CSV, with what they may use and what they used of it',
  response: { 200: Type.String({ contentMediaType: 'text/csv' }) },
};

/** Many users at once. */
export function usersInBulkRoutes(app: HttpApp, parts: HttpParts): void {
  const { quotas } = parts.ports;
  const changing = { access: 'change-users' } as const;

  app.post('/api/v1/users/bulk', { config: changing, schema: bulkSchema }, async (request) => {
    const actor = actorOf(request);
    const { action, preview = false } = request.body;
    if (!preview && (action === 'entitle' || action === 'top-up')) await refuseAtLimit(parts.ports, actor);
    const users = new Map<string, User>();
    for (const text of request.body.users) {
      const user = await visibleUser(parts.ports, actor, text);
      users.set(user.id, user);
    }
    const { changed, unchanged, impossible } = await sorted(parts, request.body, [...users.values()]);
    const namesOf = (some: readonly User[]) => some.map(({ name }) => name);
    if (!preview) {
      const { done, failure } = await act(parts, actor, request.body, changed);
      await audit(parts, request, `users.${action}`, counted(done.length, 'user'), { users: namesOf(done) });
      if (failure !== null) throw failure.reason;
    }
    return {
      ...{ users: changed.length, applied: !preview },
      ...{ unchanged: namesOf(unchanged), impossible: namesOf(impossible) },
    };
  });

  app.get('/api/v1/users/export', { config: changing, schema: exportSchema }, async (request, reply) => {
    const lines = [COLUMNS.join(',')];
    for await (const users of pages(parts, actorOf(request))) {
      const standings = await quotas.standings(users.map(({ id }) => id));
      for (const user of users) lines.push(rowOf(user, standings.get(user.id)).map(csvCell).join(','));
    }
    reply.header('content-disposition', 'attachment; filename="users.csv"');
    return reply.type('text/csv; charset=utf-8').send(`${lines.join('\r\n')}\r\n`);
  });
}

/** Whom an action changes, for whom it is so already, and for whom it cannot be. @throws InvalidInput */
async function sorted(parts: HttpParts, body: Static<typeof BulkBody>, users: readonly User[]) {
  const { action, tag, bytes, entitlement = {} } = body;
  if (action === 'entitle' && Object.keys(entitlement).length === 0)
    throw new InvalidInput('/entitlement', 'Say what they may use: a plan, terms, a quota, or an end.');
  // A preview refuses what would be refused.
  if (action === 'entitle') await entitlementOf(parts, entitlement);
  if ((action === 'tag' || action === 'untag') && tag === undefined) throw new InvalidInput('/tag', 'Name the tag.');
  if (action === 'top-up' && bytes === undefined) throw new InvalidInput('/bytes', 'Say how many bytes.');
  const isSo = (user: User): boolean => {
    if (action === 'suspend') return !user.active;
    if (action === 'resume') return user.active;
    if (action === 'tag') return user.tags.includes(tag ?? '');
    return action === 'untag' && !user.tags.includes(tag ?? '');
  };
  const standings = action === 'top-up' ? await parts.ports.quotas.standings(users.map(({ id }) => id)) : null;
  const can = ({ id, deletedAt }: User) =>
    deletedAt === null &&
    (standings === null || (standings.get(id)?.terms.quotas ?? []).some(({ name }) => name === 'all'));
  return {
    changed: users.filter((user) => !isSo(user) && can(user)),
    unchanged: users.filter((user) => isSo(user) && can(user)),
    impossible: users.filter((user) => !can(user)),
  };
}

interface Acted {
  readonly done: readonly User[];
  readonly failure: PromiseRejectedResult | null;
}

/** One failure does not keep the others from being done: who they are is told with it. */
async function act(
  parts: HttpParts,
  actor: Actor,
  body: Static<typeof BulkBody>,
  users: readonly User[],
): Promise<Acted> {
  const { inventory, quotas, clock } = parts.ports;
  const { action, tag = '', bytes = 0, reason = null } = body;
  const by = adminIdOf(actor);
  if (action === 'entitle') {
    const change = await entitlementOf(parts, body.entitlement ?? {});
    const ids = users.map(({ id }) => id);
    await quotas.entitle(ids, change, by);
    return { done: users, failure: null };
  }
  const outcomes = await Promise.allSettled(
    users.map(({ id, tags: had }): Promise<unknown> => {
      if (action === 'delete') return inventory.deleteUser(id, clock.now());
      if (action === 'top-up') return quotas.addTopUp({ userId: id, quota: 'all', bytes: BigInt(bytes), by, reason });
      if (action === 'tag') return inventory.updateUser(id, { tags: [...had, tag] });
      if (action === 'untag') return inventory.updateUser(id, { tags: had.filter((each) => each !== tag) });
      return inventory.updateUser(id, { active: action === 'resume' });
    }),
  );
  return {
    done: users.filter((_, i) => outcomes[i]?.status === 'fulfilled'),
    failure: outcomes.find((outcome) => outcome.status === 'rejected') ?? null,
  };
}

async function* pages({ ports }: HttpParts, actor: Actor): AsyncGenerator<readonly User[]> {
  const who = visibilityOf(actor);
  const ownerId = who.kind === 'owner' ? { ownerId: who.adminId } : {};
  let cursor: string | null = null;
  do {
    const page: Page<User> = await ports.inventory.users({ ...ownerId, limit: MOST, cursor });
    yield page.items;
    cursor = page.nextCursor;
  } while (cursor !== null);
}

/** The first ten are what is imported. */
const COLUMNS = [
  ...['name', 'user_token', 'telegram_id', 'email', 'note', 'tags', 'plan', 'quota_bytes', 'cycle', 'expires_at'],
  ...['state', 'used_bytes', 'created_at'],
] as const;
export type Column = (typeof COLUMNS)[number];

function rowOf(user: User, standing: UserStanding | undefined): (string | bigint | number | null)[] {
  const whole = standing?.evaluation.quotas.find(({ quota }) => isOfEverything(quota));
  const own = standing !== undefined && standing.plan === null ? standing.terms : null;
  const expiresAt = standing?.expiresAt?.toISOString() ?? null;
  return [
    ...[user.name, user.userToken, user.telegramId, user.email, user.note, user.tags.join(' ')],
    ...[standing?.plan?.name ?? null, own === null ? null : (whole?.quota.bytes ?? null)],
    ...[own === null || whole === undefined ? null : formatPlanCycle(own.cycle), expiresAt],
    ...[user.state, whole?.used ?? null, user.createdAt.toISOString()],
  ];
}
