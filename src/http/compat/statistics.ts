import { Type } from '@sinclair/typebox';
import { NotFound } from '../../core/errors.ts';
import { type Actor, ownsUser, visibilityOf } from '../../core/identity/authorize.ts';
import type { CarrierUsage, Period } from '../../core/ledger/usage-history.ts';
import { canonicalServer } from '../../core/metering/ingest.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { lastDays } from '../period.ts';
import type { HttpPorts } from '../ports.ts';
import { Instant, MaybeNumber } from '../schemas/common.ts';
import { gib } from './gib.ts';

export const Days = Type.Integer({ minimum: 1, maximum: 3660, default: 30 });
const DaysQuery = Type.Object({ days: Days });
const TOP_SERVERS = 10;

const global = {
  total_users: Type.Integer(),
  total_servers: Type.Integer(),
  total_gb_used: Type.Number({ description: 'GiB.' }),
  total_connections: Type.Integer(),
  total_protocols: Type.Integer(),
  period_days: Type.Integer(),
  top_servers: Type.Array(
    Type.Object({
      server: Type.String(),
      port: Type.Integer(),
      protocol: Type.String(),
      total_gb: Type.Number(),
    }),
  ),
};
const OfToken = Type.Object({
  user_token: Type.String(),
  total_gb_used: Type.Number(),
  period_days: Type.Integer(),
  servers: Type.Array(
    Type.Object({
      server: Type.String(),
      port: Type.Integer(),
      protocol: Type.String(),
      upload_gb: MaybeNumber,
      download_gb: MaybeNumber,
      total_gb: Type.Number(),
      connections: Type.Integer(),
      last_used: Instant,
    }),
  ),
  unclaimed: Type.Optional(Type.Literal(true, { description: 'The token belongs to no user yet.' })),
});
const OfServer = Type.Object({
  server: Type.String(),
  port: Type.Integer(),
  period_days: Type.Integer(),
  unique_users: Type.Integer(),
  total_gb_used: Type.Number(),
  total_connections: Type.Integer(),
  avg_gb_per_connection: Type.Number(),
  daily_stats: Type.Array(Type.Object({ date: Type.String(), total_gb: Type.Number(), unique_users: Type.Integer() })),
});

const tags = ['statistics'];
const globalSchema = {
  tags,
  summary: 'Everything together',
  querystring: DaysQuery,
  response: { 200: Type.Object(global) },
};
const marzbanSchema = {
  tags,
  summary: 'Everything together, as the panel integration of the original asks for it',
  querystring: DaysQuery,
  response: {
    200: Type.Object({
      users_traffic: Type.Object({
        ...global,
        external_servers: Type.Boolean({ description: 'Whether traffic is tracked.' }),
        integration_type: Type.String(),
        data_source: Type.String(),
      }),
    }),
  },
};
const tokenSchema = {
  tags,
  summary: 'One user by token, or an unclaimed token',
  params: Type.Object({ user_token: Type.String() }),
  querystring: DaysQuery,
  response: { 200: OfToken },
};
const serverSchema = {
  tags,
  summary: 'One server:port with its days',
  params: Type.Object({
    server: Type.String({ maxLength: 255 }),
    port: Type.Integer({ minimum: 0, maximum: 65_535 }),
  }),
  querystring: DaysQuery,
  response: { 200: OfServer },
};

/** Seed A's statistics: same addresses, same members; resellers see their own users. */
export function statisticsRoutes(app: HttpApp, { ports }: HttpParts): void {
  const config = { access: 'view' } as const;

  app.get('/api/xpert/traffic-stats/global', { config, schema: globalSchema }, async (request) =>
    globalStatistics(ports, actorOf(request), request.query.days),
  );

  app.get('/api/xpert/marzban-traffic-stats', { config, schema: marzbanSchema }, async (request) => {
    const [statistics, { tracking }] = await Promise.all([
      globalStatistics(ports, actorOf(request), request.query.days),
      ports.operations.settings(),
    ]);
    return {
      users_traffic: {
        ...statistics,
        external_servers: tracking.enabled,
        integration_type: tracking.enabled ? 'xpert' : 'xpert_disabled',
        data_source: 'traffic_monitoring_system',
      },
    };
  });

  app.get('/api/xpert/traffic-stats/:user_token', { config, schema: tokenSchema }, async (request) => {
    const { user_token } = request.params;
    const { days } = request.query;
    const { carriers, isClaimed } = await carriersOf(ports, actorOf(request), user_token, await periodOf(ports, days));
    return {
      user_token,
      total_gb_used: gib(total(carriers)),
      period_days: days,
      servers: carriers.toSorted(byDownload).map(serverJson),
      ...(isClaimed ? {} : { unclaimed: true as const }),
    };
  });

  app.get('/api/xpert/traffic-stats/server/:server/:port', { config, schema: serverSchema }, async (request) => {
    const { server, port } = request.params;
    return serverStatistics(ports, actorOf(request), server, port, request.query.days);
  });
}

async function periodOf({ operations, clock }: HttpPorts, days: number): Promise<Period> {
  return lastDays(days, await operations.calendar(), clock.now());
}

async function globalStatistics(ports: HttpPorts, actor: Actor, days: number) {
  const { history } = ports;
  const shown = await periodOf(ports, days);
  const who = visibilityOf(actor);
  const [summary, top] = await Promise.all([history.summary(shown, who), history.topCarriers(shown, TOP_SERVERS, who)]);
  return {
    total_users: summary.users,
    total_servers: summary.servers,
    total_gb_used: gib(summary.traffic.total),
    total_connections: summary.connections,
    total_protocols: summary.protocols,
    period_days: days,
    top_servers: top.map(({ server, port, protocol, traffic }) => {
      return { server, port, protocol, total_gb: gib(traffic.total) };
    }),
  };
}

/** @throws NotFound also for what belongs to others: whether it exists is not told */
async function carriersOf({ inventory, history }: HttpPorts, actor: Actor, userToken: string, shown: Period) {
  const user = await inventory.userByToken(userToken);
  if (user !== null && ownsUser(actor, user.ownerId)) {
    return { carriers: await history.userCarriers(user.id, shown), isClaimed: true };
  }
  const mayUnclaimed = user === null && visibilityOf(actor).kind === 'all';
  const carriers = mayUnclaimed ? await history.tokenCarriers(userToken, shown) : null;
  if (carriers === null) throw new NotFound('user with the token', userToken, 'Nothing was ever reported under it.');
  return { carriers, isClaimed: false };
}

async function serverStatistics(ports: HttpPorts, actor: Actor, server: string, port: number, days: number) {
  const shown = await periodOf(ports, days);
  const found = await ports.history.carrier(canonicalServer(server), port, shown, visibilityOf(actor));
  const bytes = found?.traffic.total ?? 0n;
  const connections = found?.connections ?? 0;
  return {
    server,
    port,
    period_days: days,
    unique_users: found?.users ?? 0,
    total_gb_used: gib(bytes),
    total_connections: connections,
    avg_gb_per_connection: connections === 0 ? 0 : gib(bytes / BigInt(connections)),
    daily_stats: (found?.days ?? []).map(({ date, traffic, users }) => {
      return { date, total_gb: gib(traffic.total), unique_users: users };
    }),
  };
}

function total(carriers: readonly CarrierUsage[]): bigint {
  return carriers.reduce((sum, { traffic }) => sum + traffic.total, 0n);
}

/** The original's order. */
function byDownload(a: CarrierUsage, b: CarrierUsage): number {
  const difference = (b.traffic.tx ?? b.traffic.total) - (a.traffic.tx ?? a.traffic.total);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}

function serverJson({ server, port, protocol, traffic, connections, lastUsedAt }: CarrierUsage) {
  return {
    server,
    port,
    protocol,
    upload_gb: traffic.rx === null ? null : gib(traffic.rx),
    download_gb: traffic.tx === null ? null : gib(traffic.tx),
    total_gb: gib(traffic.total),
    connections,
    last_used: lastUsedAt,
  };
}
