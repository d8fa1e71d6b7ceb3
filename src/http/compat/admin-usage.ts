import { Type } from '@sinclair/typebox';
import { NotFound } from '../../core/errors.ts';
import { type Actor, ownsUser } from '../../core/identity/authorize.ts';
import type { Period } from '../../core/ledger/usage-history.ts';
import type { QuotaStanding } from '../../core/quota/evaluate.ts';
import { isOfEverything } from '../../core/quota/plan.ts';
import type { AdminId, UserId } from '../../core/units/ids.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { lastDays } from '../period.ts';
import type { HttpPorts } from '../ports.ts';
import { Bytes, MaybeBytes, MaybeNumber, Nullable } from '../schemas/common.ts';
import { gib } from './gib.ts';
import { Days } from './statistics.ts';

const ByName = Type.Object({ username: Type.String({ minLength: 1, maxLength: 128 }) });
const external = {
  admin_username: Type.String(),
  external_traffic_gb: Type.Number(),
  external_unique_users: Type.Integer(),
  external_unique_servers: Type.Integer(),
  external_connections: Type.Integer(),
  period_days: Type.Integer(),
};

/** Whose usage is asked for: all users of an admin, or one user. */
type Subject = { readonly kind: 'admin'; readonly id: AdminId } | { readonly kind: 'user'; readonly id: UserId };

interface Usage {
  readonly bytes: bigint;
  readonly users: number;
  readonly servers: number;
  readonly connections: number;
}

const tags = ['statistics'];
const usageSchema = {
  tags,
  summary: 'All bytes of an admin’s users, or of a user',
  params: ByName,
  response: { 200: Bytes },
};
const detailedSchema = {
  tags,
  summary: 'The same in parts; totals count from the last reset mark, external traffic over the last days',
  params: ByName,
  querystring: Type.Object({ days: Days }),
  response: {
    200: Type.Object({
      username: Type.String(),
      xpert_usage_bytes: Bytes,
      xpert_usage_gb: Type.Number(),
      external_traffic: Type.Object(external),
      total_usage_bytes: Bytes,
      traffic_limit_bytes: MaybeBytes,
      traffic_limit_gb: MaybeNumber,
      limit_check: Nullable(Type.Boolean()),
      percentage_used: MaybeNumber,
    }),
  },
};
const externalSchema = {
  tags,
  summary: 'What foreign servers reported for an admin’s users, or for a user',
  params: ByName,
  querystring: Type.Object({ days: Days }),
  response: {
    200: Type.Object({
      ...external,
      traffic_limit_bytes: MaybeBytes,
      traffic_limit_gb: MaybeNumber,
      limit_check: Type.Object({
        within_limit: Type.Boolean(),
        limit_gb: MaybeNumber,
        used_gb: Type.Number(),
        remaining_gb: MaybeNumber,
        percentage_used: MaybeNumber,
      }),
    }),
  },
};

/** Seed A's usage of an admin: bytes over our own VPN services, and "external" ones that foreign servers reported. */
export function adminUsageRoutes(app: HttpApp, { ports }: HttpParts): void {
  const { history, identity, inventory, operations, clock } = ports;
  const config = { access: 'view' } as const;

  app.get('/api/admin/usage/:username', { config, schema: usageSchema }, async (request) => {
    const subject = await find(actorOf(request), request.params.username);
    return (await usageOf(subject, 'services', null)).bytes + (await usageOf(subject, 'reports', null)).bytes;
  });

  app.get('/api/admin/usage/:username/detailed', { config, schema: detailedSchema }, async (request) => {
    const { username } = request.params;
    const subject = await find(actorOf(request), username);
    const [metered, reported, shown, limit] = await Promise.all([
      usageOf(subject, 'services', null),
      usageOf(subject, 'reports', null),
      externalOf(subject, username, request.query.days),
      quotaOf(ports, subject),
    ]);
    return {
      username,
      xpert_usage_bytes: metered.bytes,
      xpert_usage_gb: gib(metered.bytes),
      external_traffic: shown,
      total_usage_bytes: metered.bytes + reported.bytes,
      ...limitOf(limit),
      limit_check: limit === null ? null : !limit.isUsedUp,
      percentage_used: limit === null ? null : percentOf(limit.used, limit.allowance),
    };
  });

  app.get('/api/admin/external-traffic/stats/:username', { config, schema: externalSchema }, async (request) => {
    const { username } = request.params;
    const subject = await find(actorOf(request), username);
    const shown = await externalOf(subject, username, request.query.days);
    const limit = await quotaOf(ports, subject);
    return { ...shown, ...limitOf(limit), limit_check: limitCheck(limit, shown.external_traffic_gb) };
  });

  /** Admins and users share one name space, so a name means one of them. @throws NotFound */
  async function find(actor: Actor, name: string): Promise<Subject> {
    const admin = await identity.adminByName(name);
    if (admin !== null && ownsUser(actor, admin.id)) return { kind: 'admin', id: admin.id };
    const user = admin === null ? await inventory.findUser(name) : null;
    if (user !== null && ownsUser(actor, user.ownerId)) return { kind: 'user', id: user.id };
    throw new NotFound('admin or user', name);
  }

  async function externalOf(subject: Subject, admin_username: string, days: number) {
    const period = lastDays(days, await operations.calendar(), clock.now());
    const usage = await usageOf(subject, 'reports', period);
    return {
      admin_username,
      external_traffic_gb: gib(usage.bytes),
      external_unique_users: usage.users,
      external_unique_servers: usage.servers,
      external_connections: usage.connections,
      period_days: days,
    };
  }

  /** `period` null: everything since the mark. */
  async function usageOf(subject: Subject, seenBy: 'services' | 'reports', period: Period | null): Promise<Usage> {
    if (subject.kind === 'admin') {
      const who = { kind: 'owner', adminId: subject.id } as const;
      const { traffic, users, servers, connections } = await history.summary(period, who, seenBy);
      return { bytes: traffic.total, users, servers, connections };
    }
    const all = await history.userCarriers(subject.id, period ?? { from: new Date(0), to: clock.now() });
    const seen = all.filter(({ serviceId }) => (serviceId === null) === (seenBy === 'reports'));
    return {
      bytes: seen.reduce((sum, { traffic }) => sum + traffic.total, 0n),
      users: seen.length === 0 ? 0 : 1,
      servers: new Set(seen.map(({ server, port }) => `${server}:${port}`)).size,
      connections: seen.reduce((sum, { connections }) => sum + connections, 0),
    };
  }
}

type Limit = Pick<QuotaStanding, 'used' | 'allowance' | 'isUsedUp'>;

/** The quota of everything of a user, or what all users of an admin may use together; null: there is no limit. */
async function quotaOf(
  { quotas, adminLimits }: Pick<HttpPorts, 'quotas' | 'adminLimits'>,
  subject: Subject,
): Promise<Limit | null> {
  if (subject.kind === 'admin') {
    const standing = await adminLimits.standing(subject.id);
    if (standing === null) return null;
    const { used, isUsedUp, limit } = standing;
    return { used, allowance: limit.bytes, isUsedUp };
  }
  const standing = (await quotas.standings([subject.id])).get(subject.id);
  return standing?.evaluation.quotas.find(({ quota }) => isOfEverything(quota)) ?? null;
}

/** The limit is the quota with all that was added to it: what clients of the original hold usage against. */
function limitOf(limit: Limit | null) {
  if (limit === null) return { traffic_limit_bytes: null, traffic_limit_gb: null };
  return { traffic_limit_bytes: limit.allowance, traffic_limit_gb: gib(limit.allowance) };
}

function percentOf(used: bigint, allowance: bigint): number {
  return Number((used * 10_000n) / allowance) / 100;
}

/** All that counts towards the limit, not the external part alone: that is what is cut by. */
function limitCheck(limit: Limit | null, external_gb: number) {
  if (limit === null) {
    return { within_limit: true, limit_gb: null, used_gb: external_gb, remaining_gb: null, percentage_used: null };
  }
  const { used, allowance, isUsedUp } = limit;
  return {
    within_limit: !isUsedUp,
    limit_gb: gib(allowance),
    used_gb: gib(used),
    remaining_gb: gib(used < allowance ? allowance - used : 0n),
    percentage_used: percentOf(used, allowance),
  };
}
