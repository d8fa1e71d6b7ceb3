import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import type { ServiceStanding } from '../../core/health/service-operations.ts';
import { type Actor, isAllowed, visibilityOf } from '../../core/identity/authorize.ts';
import type { NodeView } from '../../core/inventory/node-operations.ts';
import type { Visibility } from '../../core/ledger/usage-history.ts';
import { counted } from '../../core/units/counted.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import type { HttpPorts } from '../ports.ts';
import { Instant, MaybeInstant, MaybeNumber } from '../schemas/common.ts';
import { seedStatus } from '../schemas/nodes.ts';
import { allPeers, groupBy } from './everything.ts';

/** Visitors share one answer for this time: an open page costs the same for one and for a thousand. */
const PUBLIC_CACHE_MS = 10_000;

const Status = Type.Union((['online', 'offline', 'error', 'unknown'] as const).map((status) => Type.Literal(status)));
/** Members beside these are absent from the public summary. */
const ServersJson = Type.Record(
  Type.String(),
  Type.Object({
    name: Type.String(),
    description: Type.Optional(Type.String()),
    endpoint: Type.Optional(Type.String()),
    status: Status,
    ping_ms: Type.Optional(MaybeNumber),
    last_check: MaybeInstant,
  }),
);
const ServicesJson = Type.Object({
  services: Type.Array(
    Type.Object({
      server_id: Type.String(),
      server_name: Type.String(),
      service: Type.String(),
      status: Status,
      note: Type.Optional(Type.String()),
    }),
  ),
});
const StatsJson = Type.Object({
  total_users: Type.Optional(Type.Integer()),
  active_users: Type.Optional(Type.Integer()),
  total_peers: Type.Optional(Type.Integer()),
  active_peers: Type.Optional(Type.Integer()),
  by_server: Type.Record(Type.String(), Type.Union([Type.Integer(), Status]), {
    description: 'Living peers per node; in the public summary the status of each node.',
  }),
  by_profile_type: Type.Optional(Type.Record(Type.String(), Type.Integer())),
  last_update: Type.Optional(Instant),
});

/** Seed B's summary; visitors get a part of it while XPERT_PUBLIC_SUMMARY is on. */
export function summaryRoutes(app: HttpApp, { ports }: HttpParts): void {
  const tags = ['bot'];
  const config = { access: 'summary' } as const;
  const shared = <T>(read: (views: NodeView[]) => T | Promise<T>) => sharedFor(ports, read);

  const publicServers = shared((views) =>
    byId(views, ({ node, ...view }) => {
      return { name: node.name, status: seedStatus(view.state), last_check: view.lastPollAt };
    }),
  );
  app.get(
    '/api/servers',
    { config, schema: { tags, summary: 'Nodes by id', response: { 200: ServersJson } } },
    async (request) => {
      const viewer = viewerOf(request);
      if (viewer === null) return publicServers();
      const ofFleet = isAllowed(viewer, 'view-all');
      return byId(await ports.nodes.views(), (view) => serverJson(view, ports.services.pingMs(view.node.id), ofFleet));
    },
  );

  const publicServices = shared(async (views) => {
    const standings = await ports.services.standings(views);
    return { services: standings.map((standing) => serviceJson(standing, false)).map(({ note: _, ...rest }) => rest) };
  });
  app.get(
    '/api/services',
    { config, schema: { tags, summary: 'VPN services', response: { 200: ServicesJson } } },
    async (request) => {
      const viewer = viewerOf(request);
      if (viewer === null) return publicServices();
      const ofFleet = isAllowed(viewer, 'view-all');
      return { services: (await ports.services.standings()).map((standing) => serviceJson(standing, ofFleet)) };
    },
  );

  const publicStats = shared((views) => ({ by_server: byId(views, ({ state }) => seedStatus(state)) }));
  app.get(
    '/api/stats',
    { config, schema: { tags, summary: 'How many of what', response: { 200: StatsJson } } },
    async (request) => {
      const viewer = viewerOf(request);
      return viewer === null ? publicStats() : statsJson(ports, visibilityOf(viewer));
    },
  );
}

/** Null: a visitor of the public summary. A token that may not look is no more than that. */
function viewerOf({ actor }: FastifyRequest): Actor | null {
  return actor !== null && isAllowed(actor, 'view') ? actor : null;
}

/** One answer for all who ask within the cache time, also while it is being made. */
function sharedFor<T>({ nodes, clock }: HttpPorts, read: (views: NodeView[]) => T | Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let madeAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock.monotonicMs();
    if (answer === undefined || now - madeAt >= PUBLIC_CACHE_MS) {
      madeAt = now;
      answer = nodes.views().then(read);
      answer.catch(() => {
        answer = undefined;
      });
    }
    return answer;
  };
}

function byId<T>(views: readonly NodeView[], read: (view: NodeView) => T): Record<string, T> {
  return Object.fromEntries(views.map((view) => [view.node.slug, read(view)]));
}

/** Where a node is, and what the owner notes about it, is for those who may look at nodes. */
function serverJson({ node, endpoint, state, lastPollAt }: NodeView, pingMs: number | null, ofFleet: boolean) {
  return {
    name: node.name,
    description: ofFleet ? node.description : '',
    endpoint: ofFleet ? endpoint : '',
    status: seedStatus(state),
    ping_ms: pingMs,
    last_check: lastPollAt,
  };
}

/** As their makers write them; what is not here keeps the name of its kind. */
const PROTOCOL_NAMES: Readonly<Record<string, string>> = {
  ...{ wireguard: 'WireGuard', amneziawg: 'AmneziaWG', openvpn: 'OpenVPN', shadowsocks: 'Shadowsocks' },
  ...{
    mtproto: 'MTProto',
    xray: 'Xray',
    v2ray: 'V2Ray',
    marzban: 'Marzban',
    remnawave: 'Remnawave',
    outline: 'Outline',
  },
};

/** How many peers of everybody there are, and what exactly fails, is for those who may look at nodes. */
function serviceJson({ view: { node, state }, service, health }: ServiceStanding, ofFleet: boolean) {
  const { kind, name, listenPort, peers } = service;
  const isCollectorFailing = health.state === 'unknown' && state === 'error';
  const facts = [
    ...[name, ...(listenPort === null ? [] : [`port ${listenPort}`]), ...(ofFleet ? [counted(peers, 'peer')] : [])],
    ...(health.latencyMs === null ? [] : [`answers in ${Math.round(health.latencyMs)} ms`]),
  ];
  const reason = ofFleet && health.reason !== null ? `. ${health.reason.message}` : '';
  return {
    server_id: node.slug,
    server_name: node.name,
    service: PROTOCOL_NAMES[kind] ?? kind,
    status: isCollectorFailing ? ('error' as const) : seedStatus(health.state),
    note: `${facts.join(', ')}${reason}`,
  };
}

/** Panel accounts are not users, and peers that are gone are not active. */
async function statsJson({ inventory, clock }: HttpPorts, who: Visibility) {
  const ownerId = who.kind === 'owner' ? who.adminId : undefined;
  const [counts, peers, nodes, services] = await Promise.all([
    inventory.counts(ownerId),
    allPeers(inventory, who, { withEnded: true }),
    inventory.nodes(),
    inventory.services(),
  ]);
  const slugs = new Map(nodes.map(({ id, slug }) => [id, slug]));
  const kinds = new Map(services.map(({ id, kind }) => [id, kind]));
  const living = peers.filter(({ endedAt }) => endedAt === null);
  return {
    total_users: counts.users,
    active_users: counts.activeUsers,
    total_peers: peers.length,
    active_peers: living.length,
    by_server: countBy(living, ({ nodeId }) => slugs.get(nodeId) ?? nodeId),
    by_profile_type: countBy(living, ({ serviceId }) => kinds.get(serviceId) ?? 'unknown'),
    last_update: clock.now(),
  };
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  return Object.fromEntries([...groupBy(items, key)].map(([name, group]) => [name, group.length]));
}
