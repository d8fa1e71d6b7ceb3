import { type Static, Type } from '@sinclair/typebox';
import { ExpectedError, InvalidInput } from '../../core/errors.ts';
import { type Actor, adminIdOf, visibilityOf } from '../../core/identity/authorize.ts';
import type { NewUser } from '../../core/inventory/inventory-store.ts';
import type { User } from '../../core/inventory/peer.ts';
import type { Page } from '../../core/ledger/usage-history.ts';
import { userTokenRefusal } from '../../core/metering/ingest.ts';
import { formatPlanCycle, isOfEverything } from '../../core/quota/plan.ts';
import type { UserStanding } from '../../core/quota/quota-store.ts';
import { csvCell, parseCsv } from '../../core/units/csv.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import { newSecret, newUserToken } from '../auth/secrets.ts';
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
  impossible: Type.Array(Type.String(), { description: 'Names: they have no quota to top up; they are left out.' }),
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
const importSchema = {
  tags,
  summary: 'Make users from CSV with the columns of the export, of which "name" alone is needed; all or none',
  body: Type.Object({
    csv: Type.String({ minLength: 1, maxLength: 1_000_000 }),
    dryRun: Type.Optional(Type.Boolean({ description: 'Only says what would be made.' })),
  }),
  response: {
    200: Type.Object({
      created: Type.Integer(),
      existing: Type.Array(Type.String(), { description: 'Users of these names are there, and stay as they are.' }),
      errors: Type.Array(Type.Object({ line: Type.Integer(), message: Type.String() }), {
        description: 'Of a dry run: what is wrong, line by line. Without it, the first of them refuses all.',
      }),
    }),
  },
};

/** Many users at once. */
export function usersInBulkRoutes(app: HttpApp, parts: HttpParts): void {
  const { inventory, quotas } = parts.ports;
  const changing = { access: 'change-users' } as const;

  app.post('/api/v1/users/bulk', { config: changing, schema: bulkSchema }, async (request) => {
    const actor = actorOf(request);
    const { action, preview = false } = request.body;
    if (!preview && (action === 'entitle' || action === 'top-up')) await refuseAtLimit(parts.ports, actor);
    const users: User[] = [];
    for (const text of request.body.users) users.push(await visibleUser(parts.ports, actor, text));
    const { changed, unchanged, impossible } = await sorted(parts, request.body, users);
    if (!preview) {
      await act(parts, actor, request.body, changed);
      const names = changed.map(({ name }) => name);
      await audit(parts, request, `users.${action}`, `${changed.length} users`, { users: names });
    }
    const namesOf = (some: readonly User[]) => some.map(({ name }) => name);
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

  app.post('/api/v1/users/import', { config: changing, schema: importSchema }, async (request) => {
    const actor = actorOf(request);
    await refuseAtLimit(parts.ports, actor);
    const who = visibilityOf(actor);
    const ownerId = who.kind === 'owner' ? who.adminId : adminIdOf(actor);
    const isDryRun = request.body.dryRun === true;
    const { wanted, errors } = await usersOf(parts, request.body.csv, ownerId, isDryRun);
    const existing: string[] = [];
    const fresh: NewUser[] = [];
    for (const user of wanted) {
      if ((await inventory.findUser(user.name))?.name === user.name) existing.push(user.name);
      else fresh.push(user);
    }
    if (!isDryRun && fresh.length > 0) {
      await inventory.addUsers(fresh);
      await audit(parts, request, 'users.imported', `${fresh.length} users`, { users: fresh.map(({ name }) => name) });
    }
    return { created: fresh.length, existing, errors };
  });
}

/** Whom an action changes, for whom it is so already, and for whom it cannot be. @throws InvalidInput */
async function sorted({ ports }: HttpParts, { action, tag, bytes }: Static<typeof BulkBody>, users: readonly User[]) {
  if ((action === 'tag' || action === 'untag') && tag === undefined) throw new InvalidInput('/tag', 'Name the tag.');
  if (action === 'top-up' && bytes === undefined) throw new InvalidInput('/bytes', 'Say how many bytes.');
  const isSo = (user: User): boolean => {
    if (action === 'suspend') return !user.active;
    if (action === 'resume') return user.active;
    if (action === 'tag') return user.tags.includes(tag ?? '');
    return action === 'untag' && !user.tags.includes(tag ?? '');
  };
  const standings = action === 'top-up' ? await ports.quotas.standings(users.map(({ id }) => id)) : null;
  const can = ({ id }: User) =>
    standings === null || (standings.get(id)?.terms.quotas ?? []).some(({ name }) => name === 'all');
  return {
    changed: users.filter((user) => !isSo(user) && can(user)),
    unchanged: users.filter(isSo),
    impossible: users.filter((user) => !can(user)),
  };
}

async function act(parts: HttpParts, actor: Actor, body: Static<typeof BulkBody>, users: readonly User[]) {
  const { inventory, quotas, clock } = parts.ports;
  const { action, tag = '', bytes = 0, reason = null } = body;
  const by = adminIdOf(actor);
  if (action === 'entitle') {
    const change = await entitlementOf(parts, body.entitlement ?? {});
    const ids = users.map(({ id }) => id);
    await quotas.entitle(ids, change, by);
    return;
  }
  await Promise.all(
    users.map(({ id, tags: had }): Promise<unknown> => {
      if (action === 'delete') return inventory.deleteUser(id, clock.now());
      if (action === 'top-up') return quotas.addTopUp({ userId: id, quota: 'all', bytes: BigInt(bytes), by, reason });
      if (action === 'tag') return inventory.updateUser(id, { tags: [...had, tag] });
      if (action === 'untag') return inventory.updateUser(id, { tags: had.filter((each) => each !== tag) });
      return inventory.updateUser(id, { active: action === 'resume' });
    }),
  );
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

/** The first eight are what is imported. */
const COLUMNS = [
  ...['name', 'user_token', 'telegram_id', 'email', 'note', 'tags', 'plan', 'quota_bytes', 'cycle', 'expires_at'],
  ...['state', 'used_bytes', 'created_at'],
] as const;
type Column = (typeof COLUMNS)[number];

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

type Row = Partial<Record<Column, string>> & { readonly line: number };

/** @throws InvalidInput naming the line */
function recordsOf(csv: string): Row[] {
  const [titles, ...rows] = parseCsv(csv) ?? [];
  if (titles === undefined || !titles.includes('name')) {
    throw new InvalidInput('/csv', 'The first line must name the columns, "name" among them.');
  }
  return rows.flatMap((cells, i) => {
    if (cells.every((cell) => cell === '')) return [];
    const members = titles.map((title, column) => [title, cells[column] ?? ''] as const);
    return { ...Object.fromEntries(members.filter(([, cell]) => cell !== '')), line: i + 2 };
  });
}

/** @throws ExpectedError for the first line that is wrong, unless they are to be `told` */
async function usersOf(parts: HttpParts, csv: string, ownerId: NewUser['ownerId'], told: boolean) {
  const wanted: NewUser[] = [];
  const errors: { line: number; message: string }[] = [];
  for (const record of recordsOf(csv)) {
    try {
      wanted.push(await newUserOf(parts, record, ownerId, wanted));
    } catch (error) {
      if (!told || !(error instanceof ExpectedError)) throw error;
      errors.push({ line: record.line, message: error.message.replace(/^Line \d+: /, '') });
    }
  }
  return { wanted, errors };
}

/** @throws ExpectedError naming the line */
async function newUserOf(
  parts: HttpParts,
  row: Row,
  ownerId: NewUser['ownerId'],
  before: readonly NewUser[],
): Promise<NewUser> {
  const refuse = (why: string) => new InvalidInput('/csv', `Line ${row.line}: ${why}`);
  const { name = '', user_token: token, telegram_id: telegram, email = null, note = '', tags: words = '' } = row;
  if (name === '' || name.length > 64) throw refuse('a name of 1 to 64 characters is needed.');
  if (before.some((other) => other.name === name)) throw refuse(`there is a line for "${name}" before.`);
  const refusal = token === undefined ? null : userTokenRefusal(token);
  if (refusal !== null) throw refuse(`"user_token" ${refusal}.`);
  if (telegram !== undefined && !/^[1-9]\d{0,15}$/.test(telegram)) throw refuse('"telegram_id" must be a number.');
  const entitlement = await entitlementOf(parts, wantedOf(row, refuse));
  return {
    ...{ name, email, note, role: 'user', ownerId, active: true, countInCycle: false },
    userToken: token ?? newUserToken(),
    linkToken: newSecret(),
    telegramId: telegram === undefined ? null : Number(telegram),
    tags: words.split(/\s+/).filter((word) => word !== ''),
    createdAt: parts.ports.clock.now(),
    ...(Object.keys(entitlement).length === 0 ? {} : { entitlement }),
  };
}

function wantedOf(row: Row, refuse: (why: string) => InvalidInput): Static<typeof NewEntitlement> {
  const { plan, quota_bytes: bytes, cycle, expires_at: expiresAt } = row;
  if (bytes !== undefined && !Number.isSafeInteger(Number(bytes))) throw refuse('"quota_bytes" must be whole bytes.');
  if (expiresAt !== undefined && Number.isNaN(Date.parse(expiresAt))) throw refuse('"expires_at" must be an instant.');
  return {
    ...(plan === undefined ? {} : { plan }),
    ...(bytes === undefined ? {} : { quota: Number(bytes) }),
    ...(cycle === undefined ? {} : { cycle }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
