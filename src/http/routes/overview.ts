import { type Static, Type } from '@sinclair/typebox';
import { ONLINE_HANDSHAKE_MS } from '../../core/health/node-health.ts';
import { isAllowed, visibilityOf } from '../../core/identity/authorize.ts';
import { forecastCycle } from '../../core/ledger/cycle-forecast.ts';
import type { Period, Visibility } from '../../core/ledger/usage-history.ts';
import { cycleAt } from '../../core/units/billing-cycle.ts';
import { addTraffic, NOTHING, type Traffic } from '../../core/units/bytes.ts';
import type { Calendar } from '../../core/units/calendar.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { lastDays } from '../period.ts';
import type { HttpPorts } from '../ports.ts';
import { Instant, MaybeBytes, MaybeInteger, Nullable, TrafficJson, trafficJson } from '../schemas/common.ts';
import { SystemNoticeJson, systemNoticeJson } from '../schemas/nodes.ts';
import { HolderJson, holderJson } from '../schemas/usage.ts';

const HOUR_MS = 3_600_000;
const TOP_USERS = 8;
const QUARTER_S = 900;
const traffic = TrafficJson.properties;

const OverviewJson = Type.Object(
  {
    asOf: Instant,
    now: Nullable(
      Type.Object({
        rxBitsPerSecond: Type.Number(),
        txBitsPerSecond: Type.Number(),
        missingNodes: Type.Array(Type.String({ description: 'Nodes whose flow is not known and not in the sum.' })),
      }),
    ),
    today: Type.Object({ ...traffic, from: Instant, to: Instant, partial: Type.Boolean() }),
    last30Days: Type.Object({ ...traffic, from: Instant, to: Instant }),
    cycle: Nullable(
      Type.Object(
        { ...traffic, from: Instant, to: Instant, forecastBytes: MaybeBytes },
        {
          description:
            'The running billing cycle; forecastBytes: its sum at the end if it goes on so, null: too early.',
        },
      ),
    ),
    sameTimeLastWeek: Nullable(TrafficJson),
    online: Type.Object({ peers: Type.Integer(), of: Type.Integer() }),
    users: Type.Object({ total: Type.Integer(), active: Type.Integer() }),
    nodes: Type.Object({
      total: Type.Integer(),
      up: Type.Integer(),
      degraded: Type.Integer(),
      down: Type.Integer(),
      unknown: Type.Integer(),
    }),
    unclaimed: Type.Object({ ...traffic, tokens: Type.Integer(), peers: Type.Integer() }),
    tracking: Type.Object({ enabled: Type.Boolean(), since: Instant }),
    notices: Type.Array(SystemNoticeJson),
    topUsers: Type.Array(HolderJson),
    spark: Type.Object({ from: Type.Array(Instant), totalBytes: Type.Array(MaybeBytes) }),
    onlineSpark: Type.Object({ from: Type.Array(Instant), active: Type.Array(MaybeInteger) }),
  },
  { $id: 'Overview' },
);
type Overview = Static<typeof OverviewJson>;

const OverviewQuery = Type.Object({
  top: Type.Integer({
    ...{ minimum: 0, maximum: TOP_USERS, default: TOP_USERS },
    description: 'How many there are in topUsers. With 0 a long list of users answers sooner.',
  }),
});

/** The first page: how it goes now, today and this month. */
export function overviewRoutes(app: HttpApp, { ports }: HttpParts): void {
  app.get(
    '/api/v1/overview',
    {
      config: { access: 'view' },
      schema: {
        ...{ tags: ['usage'], summary: 'How it goes', querystring: OverviewQuery },
        response: { 200: OverviewJson },
      },
    },
    async (request) => {
      const actor = actorOf(request);
      const who = visibilityOf(actor);
      const [usage, cycle, people, fleet] = await Promise.all([
        usageParts(ports, who, request.query.top),
        cyclePart(ports, who),
        peopleParts(ports, who),
        isAllowed(actor, 'view-all') ? fleetParts(ports) : NO_FLEET,
      ]);
      return { ...usage, cycle, ...people, ...fleet };
    },
  );
}

async function usageParts({ history, operations, clock }: HttpPorts, who: Visibility, topUsers: number) {
  const [calendar, settings] = await Promise.all([operations.calendar(), operations.settings()]);
  const now = clock.now();
  const today = lastDays(1, calendar, now);
  const month = lastDays(30, calendar, now);
  const dayBack = { from: new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS - 23 * HOUR_MS), to: now };
  const hours = { bucketSeconds: 3600, by: 'total', userId: null, nodeId: null, maxSeries: 1 } as const;
  const [todaySum, monthSum, lastWeek, top, spark, gaps] = await Promise.all([
    history.traffic(today, who),
    history.traffic(month, who),
    sumOf(history, sameTimeLastWeek(calendar, today), who),
    topUsers === 0 ? [] : history.topHolders(month, topUsers, who),
    history.series({ ...hours, period: dayBack }, who),
    history.gaps(today),
  ]);
  return {
    asOf: now,
    today: { ...trafficJson(todaySum), ...today, partial: gaps.length > 0 },
    last30Days: { ...trafficJson(monthSum), ...month },
    sameTimeLastWeek: lastWeek,
    tracking: { enabled: settings.tracking.enabled, since: settings.tracking.since },
    topUsers: top.map(holderJson),
    spark: { from: spark.from, totalBytes: (spark.series[0]?.traffic ?? []).map((hour) => hour?.total ?? null) },
  };
}

async function cyclePart({ history, operations, inventory, clock }: HttpPorts, who: Visibility) {
  const now = clock.now();
  const [calendar, billing, nodes] = await Promise.all([
    operations.calendar(),
    operations.billingCycle(),
    inventory.nodes(),
  ]);
  const bounds = cycleAt(billing, calendar, now.getTime());
  if (bounds === null) return null;
  const [from, to] = [new Date(bounds.fromMs), new Date(bounds.toMs)];
  const sum = await history.traffic({ from, to: now }, who);
  // Without nodes nobody can say since when everything was reported.
  const sinceMs = Math.min(...nodes.map(({ createdAt }) => createdAt.getTime()));
  const isKnown = Number.isFinite(sinceMs);
  const forecastBytes = isKnown ? forecastCycle(sum.total, bounds, sinceMs, now.getTime()) : null;
  return { ...trafficJson(sum), from, to, forecastBytes };
}

/** A week ago, from midnight to this time of day. */
function sameTimeLastWeek(calendar: Calendar, today: Period): Period {
  const { number, fromMs } = calendar.dayOf(today.to.getTime());
  const from = calendar.day(number - 7).fromMs;
  return { from: new Date(from), to: new Date(from + today.to.getTime() - fromMs) };
}

/** Null where nothing is known of that time. */
async function sumOf(
  history: HttpPorts['history'],
  period: Period,
  who: Visibility,
): Promise<Overview['sameTimeLastWeek']> {
  if (period.from >= period.to) return null;
  const query = { period, bucketSeconds: QUARTER_S, by: 'total', userId: null, nodeId: null, maxSeries: 1 } as const;
  const buckets = (await history.series(query, who)).series[0]?.traffic ?? [];
  const known = buckets.filter((bucket): bucket is Traffic => bucket !== null);
  return known.length === 0 ? null : trafficJson(known.reduce(addTraffic, NOTHING));
}

async function peopleParts({ inventory, clock }: HttpPorts, who: Visibility) {
  const ownerId = who.kind === 'owner' ? who.adminId : undefined;
  const since = new Date(clock.now().getTime() - ONLINE_HANDSHAKE_MS);
  const [counts, online] = await Promise.all([inventory.counts(ownerId), inventory.peersOnline(since, ownerId)]);
  return {
    online: { peers: online, of: counts.peers },
    users: { total: counts.users, active: counts.activeUsers },
  };
}

type Fleet = Pick<Overview, 'now' | 'nodes' | 'unclaimed' | 'notices' | 'onlineSpark'>;

/** A reseller sees own users, not the fleet. */
const NO_FLEET: Fleet = {
  now: null,
  nodes: { total: 0, up: 0, degraded: 0, down: 0, unknown: 0 },
  unclaimed: { ...trafficJson(NOTHING), tokens: 0, peers: 0 },
  notices: [],
  onlineSpark: { from: [], active: [] },
};

async function fleetParts({ nodes, history, clock }: HttpPorts): Promise<Fleet> {
  const now = clock.now();
  const dayBack = { from: new Date(now.getTime() - 24 * HOUR_MS), to: now };
  const [views, flow, notices, unclaimed, onlineSpark] = await Promise.all([
    nodes.views(),
    nodes.flow(),
    nodes.notices(),
    history.unclaimedSums(),
    // Kept per quarter of an hour; whole hours would have to be counted from every record of the day.
    history.activePeers(dayBack, QUARTER_S),
  ]);
  const inState = (...states: readonly string[]) => views.filter(({ state }) => states.includes(state)).length;
  return {
    now: flow === null ? null : { ...flow.rate, missingNodes: [...flow.missing] },
    nodes: {
      total: views.length,
      up: inState('up'),
      degraded: inState('degraded'),
      down: inState('down', 'error'),
      unknown: inState('unknown'),
    },
    unclaimed: {
      ...trafficJson(unclaimed.traffic),
      tokens: unclaimed.tokens,
      peers: unclaimed.peers,
    },
    notices: notices.map(systemNoticeJson),
    onlineSpark,
  };
}
