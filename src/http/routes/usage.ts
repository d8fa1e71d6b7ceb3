import { type Static, Type } from '@sinclair/typebox';
import { InvalidInput, NotFound } from '../../core/errors.ts';
import { type Actor, authorize, visibilityOf } from '../../core/identity/authorize.ts';
import type { HolderQuery, Period } from '../../core/ledger/usage-history.ts';
import type { NodeId, PeerId } from '../../core/units/ids.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { type PeriodParameters, PeriodQuery, periodOf } from '../period.ts';
import type { HttpPorts } from '../ports.ts';
import { PageOf, PageQuery } from '../schemas/common.ts';
import {
  ActivePeersJson,
  CarrierJson,
  carrierJson,
  HolderJson,
  holderJson,
  SeriesJson,
  SummaryJson,
  seriesJson,
  summaryJson,
} from '../schemas/usage.ts';
import { visibleUser } from '../visible-user.ts';

/** A chart has at most this many buckets: a month of quarters, ten years of days. */
const MAX_BUCKETS = 4000;
const BUCKETS = [900, 3600, 86_400] as const;
/** `auto` takes the finest bucket that gives at most so many. */
const AUTO_BUCKETS = 400;

const Bucket = Type.Union([Type.Literal('auto'), Type.Literal('900'), Type.Literal('3600'), Type.Literal('86400')], {
  default: 'auto',
});
const By = Type.Union([Type.Literal('total'), Type.Literal('node'), Type.Literal('protocol'), Type.Literal('user')], {
  default: 'total',
});
const Sort = Type.Union(
  (['total', 'rx', 'tx', 'connections', 'name', 'lastUsed'] as const).map((key) => Type.Literal(key)),
  { default: 'total' },
);
const Id = Type.String({ minLength: 1, maxLength: 128 });
const HoldersQuery = Type.Object({
  ...PeriodQuery,
  ...PageQuery,
  search: Type.Optional(Type.String({ maxLength: 128 })),
  server: Type.Optional(Type.String({ maxLength: 255 })),
  port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
  protocol: Type.Optional(Type.String({ maxLength: 32 })),
  sort: Sort,
  order: Type.Union([Type.Literal('desc'), Type.Literal('asc')], { default: 'desc' }),
});

const tags = ['usage'];
const seriesSchema = {
  tags,
  summary: 'Usage over time; gaps are null, never 0',
  querystring: Type.Object({
    ...PeriodQuery,
    bucket: Bucket,
    by: By,
    user: Type.Optional(Id),
    node: Type.Optional(Id),
    max: Type.Integer({ minimum: 1, maximum: 20, default: 6, description: 'More are summed as "others".' }),
  }),
  response: { 200: SeriesJson },
};
const activePeersSchema = {
  tags,
  summary: 'Distinct peers that moved bytes, over time',
  querystring: Type.Object({ ...PeriodQuery, bucket: Bucket }),
  response: { 200: ActivePeersJson },
};
const summarySchema = {
  tags,
  summary: 'Sums',
  querystring: Type.Object(PeriodQuery),
  response: { 200: SummaryJson },
};
const holdersSchema = {
  tags,
  summary: 'Users, unclaimed tokens and unclaimed peers by usage',
  querystring: HoldersQuery,
  response: { 200: PageOf(HolderJson) },
};
const carriersSchema = {
  tags,
  summary: 'Where one user, token or peer used it',
  querystring: Type.Object({
    ...PeriodQuery,
    user: Type.Optional(Id),
    token: Type.Optional(Id),
    peer: Type.Optional(Id),
  }),
  response: { 200: Type.Object({ items: Type.Array(CarrierJson) }) },
};
const topCarriersSchema = {
  tags,
  summary: 'The busiest server:port/protocol',
  querystring: Type.Object({ ...PeriodQuery, limit: Type.Integer({ minimum: 1, maximum: 1000, default: 10 }) }),
  response: { 200: Type.Object({ items: Type.Array(CarrierJson) }) },
};

/** Who used how much, over which server, when. */
export function usageRoutes(app: HttpApp, parts: HttpParts): void {
  const { history, inventory, operations, clock } = parts.ports;
  const config = { access: 'view' } as const;
  const period = async (query: PeriodParameters) => periodOf(query, await operations.calendar(), clock.now());

  app.get('/api/v1/usage/series', { config, schema: seriesSchema }, async (request) => {
    const { query } = request;
    const actor = actorOf(request);
    const userId = query.user === undefined ? null : (await visibleUser(parts.ports, actor, query.user)).id;
    const shown = await period(query);
    const asked = history.series(
      {
        period: shown,
        bucketSeconds: bucketSeconds(query.bucket, shown),
        by: query.by,
        userId,
        nodeId: (query.node as NodeId | undefined) ?? null,
        maxSeries: query.max,
      },
      visibilityOf(actor),
    );
    const [result, nodes] = await Promise.all([asked, inventory.nodes()]);
    return seriesJson(result, new Map(nodes.map((node) => [node.id as string, node.name])));
  });

  app.get(
    '/api/v1/usage/active-peers',
    { config: { access: 'view-all' }, schema: activePeersSchema },
    async (request) => {
      const shown = await period(request.query);
      const seconds = bucketSeconds(request.query.bucket, shown);
      return { bucketSeconds: seconds, ...(await history.activePeers(shown, seconds)) };
    },
  );

  app.get('/api/v1/usage/summary', { config, schema: summarySchema }, async (request) => {
    const shown = await period(request.query);
    return summaryJson(await history.summary(shown, visibilityOf(actorOf(request))), shown);
  });

  app.get('/api/v1/usage/holders', { config, schema: holdersSchema }, async (request) => {
    const query = holderQuery(request.query, await period(request.query));
    const page = await history.holders(query, visibilityOf(actorOf(request)));
    return { ...page, items: page.items.map(holderJson) };
  });

  app.get('/api/v1/usage/carriers', { config, schema: carriersSchema }, async (request) => {
    const items = await carriersOf(parts.ports, actorOf(request), request.query, await period(request.query));
    return { items: items.map(carrierJson) };
  });

  app.get('/api/v1/usage/top-carriers', { config, schema: topCarriersSchema }, async (request) => {
    const { query } = request;
    const items = await history.topCarriers(await period(query), query.limit, visibilityOf(actorOf(request)));
    return { items: items.map(carrierJson) };
  });
}

function holderQuery(query: Static<typeof HoldersQuery>, shown: Period): HolderQuery {
  return {
    period: shown,
    search: query.search === undefined || query.search === '' ? null : query.search,
    server: query.server ?? null,
    port: query.port ?? null,
    protocol: query.protocol ?? null,
    sort: query.sort,
    descending: query.order === 'desc',
    limit: query.limit,
    cursor: query.cursor ?? null,
  };
}

async function carriersOf(
  ports: HttpPorts,
  actor: Actor,
  query: { user?: string; token?: string; peer?: string },
  shown: Period,
) {
  const { history } = ports;
  if (query.user !== undefined) {
    return history.userCarriers((await visibleUser(ports, actor, query.user)).id, shown);
  }
  if (query.token === undefined && query.peer === undefined) {
    throw new InvalidInput('/query/user', 'Name a user, a token or a peer.');
  }
  authorize(actor, 'view-all');
  if (query.token === undefined) return history.peerCarriers(query.peer as PeerId, shown);
  const carriers = await history.tokenCarriers(query.token, shown);
  if (carriers === null) throw new NotFound('unclaimed token', query.token);
  return carriers;
}

function bucketSeconds(bucket: Static<typeof Bucket>, { from, to }: Period): number {
  const seconds = (to.getTime() - from.getTime()) / 1000;
  const chosen =
    bucket === 'auto' ? (BUCKETS.find((size) => seconds / size <= AUTO_BUCKETS) ?? 86_400) : Number(bucket);
  if (seconds / chosen > MAX_BUCKETS) {
    throw new InvalidInput(
      '/query/bucket',
      `That makes more than ${MAX_BUCKETS} buckets.`,
      'Take a larger bucket or a shorter time.',
    );
  }
  return chosen;
}
