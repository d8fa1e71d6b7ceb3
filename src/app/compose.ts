import { SameBytesWatch } from '../core/health/same-bytes.ts';
import type { IdentityStore } from '../core/identity/identity-store.ts';
import type { SecretBox } from '../core/identity/secret-box.ts';
import type { AgentState } from '../core/inventory/inventory-store.ts';
import type { Node, NodeSource } from '../core/inventory/node.ts';
import type { SystemNotice } from '../core/inventory/node-operations.ts';
import type { CleanupJob } from '../core/ledger/cleanup-job.ts';
import type { Collector } from '../core/metering/collector.ts';
import type { IntegrationTools } from '../core/metering/integration.ts';
import { WallTime } from '../core/metering/wall-time.ts';
import type { Handover } from '../core/settings/operations.ts';
import type { Clock } from '../core/units/clock.ts';
import type { HttpPorts } from '../http/ports.ts';
import { agentEnrolment } from '../integrations/agent/install.ts';
import { NetworkProber } from '../integrations/network/prober.ts';
import type { Logger } from '../lib/logger.ts';
import { randomId } from '../lib/random-id.ts';
import { composeAccess } from './access/compose-access.ts';
import type { AccessControl } from './access/control.ts';
import { RunningAgents } from './agent-desk.ts';
import { composeAlerting } from './alerting/compose-alerting.ts';
import { Backups } from './backups.ts';
import { Changes } from './changes.ts';
import { beatOf, judge, judgingOf, limitsOf, orderingOf, reserveOf, silenceOf, tidyingOf } from './chores.ts';
import { CleanupJobs } from './cleanup-jobs.ts';
import { ClockSkews } from './clock-skews.ts';
import { type Config, ledgerFile } from './config.ts';
import { Credentials } from './credentials.ts';
import type { DataFolder } from './data-folder.ts';
import { examine, findingsBesideNotices, type ProcessesNow } from './doctor.ts';
import { Gateways } from './gateways.ts';
import { HealthMonitor } from './health-monitor.ts';
import { HistoryRebuilds } from './history-rebuilds.ts';
import { composeLinks } from './links/compose-links.ts';
import { LiveRates } from './live-rates.ts';
import { type Chore, Maintenance } from './maintenance.ts';
import { NodePolling, type PollRun } from './node-polling.ts';
import { NodeViews } from './node-views.ts';
import { Presence } from './presence.ts';
import { productNotices } from './product-notices.ts';
import { ProductOperations } from './product-operations.ts';
import { integrationOf } from './registry.ts';
import { RunningNodes } from './running-nodes.ts';
import { Scheduler } from './scheduler.ts';
import { openSecretBox, openStore, type Store } from './store.ts';
import { systemClock, systemTimers, type Timers } from './system-clock.ts';
import { UserDiscovery } from './user-discovery.ts';
import { SavedTemplates } from './user-templates.ts';
import { ExpectedPeers } from './vpnservice/expected-peers.ts';
import { vpnServiceImports } from './vpnservice/import.ts';

interface Surroundings {
  readonly config: Config;
  readonly folder: DataFolder;
  readonly log: Logger;
  /** Opened already; else it is opened as the configuration says. */
  readonly store?: Store;
  /** Processes on the same database; absent where there can be no other. */
  readonly processes?: () => ProcessesNow;
  /** Where the panel listens; null while it does not. */
  readonly listening: () => string | null;
  /** A move asks for the ledger. */
  readonly handOver?: (to: Handover) => void;
  /** Other than the system's for playing the past and for tests. */
  readonly clock?: Clock;
  readonly timers?: Timers;
  /** Between two looks at the health of everything that lie further apart nobody knows what was; milliseconds. */
  readonly longestLookMs?: number;
  /** Has a node read by other processes, or by `own`; absent where there can be no other. */
  readonly shareReading?: (node: Node, own: () => Collector) => Collector;
}

/** The product without anybody who listens. */
export interface Parts {
  readonly ports: HttpPorts;
  readonly identity: IdentityStore;
  /** Begins to poll and to keep the house in order. */
  begin(): void;
  /** Looks at the health of everything once, for who plays the past and does not begin. */
  look(): Promise<void>;
  close(): Promise<void>;
}

/** Wires the product: one block per area, every part with exactly what it uses. */
export async function compose(surroundings: Surroundings): Promise<Parts> {
  const { config, log, clock = systemClock, timers = systemTimers } = surroundings;

  // Ledger
  const secretBox = openSecretBox(config);
  const store = surroundings.store ?? (await openStore(config, clock, secretBox, log));
  const { ledger, history, exports, billing, inventory, identity, links, settings, audit, reconciliation } = store;
  const { quotas, userStates, adminLimits, twoFactors } = store;
  const wallTime = new WallTime(clock, store.lastInstant);
  const changes = changesOf(store);

  const backups = new Backups({
    ...{ ledger, settings, clock, dataDir: config.dataDir, databasePath: ledgerFile(config) },
    readKey: () => secretBox.exportKey(),
    onFailure: (error) => log.error({ err: error }, 'the automatic backup failed'),
  });

  // Nodes
  const expected = new ExpectedPeers(inventory, settings);
  const credentials = new Credentials(integrationOf, secretBox);
  const fleet = composeNodes({
    ...{ ...surroundings, clock, timers, store, wallTime, changes, expected, credentials, secretBox },
    productNotices: async () => [
      ...(await productNotices({ config, wallTime, store, backups, now: clock.now() })),
      ...(await fleet.services.notices()),
    ],
  });
  const { nodes, agents, services, access, userLinks } = fleet;

  // Operations
  const cleanups = new CleanupJobs({
    ...{ ledger, clock, newId: () => randomId(16) },
    onChange: (job) => noteCleanup(log, changes, job),
    onFailure: (error) => log.error({ err: error }, 'the cleanup failed'),
  });
  const operations: ProductOperations = new ProductOperations({
    ...{ config, ledger, cleanups, settings, changes, clock, backups, handOver: surroundings.handOver },
    isClockSuspect: () => wallTime.read().suspect,
    calendar: async () => store.calendar(),
    setTimeZone: (timeZone) => store.setTimeZone(timeZone),
    ...{ trackingState: () => store.trackingState(), historyShipping: () => store.shipping() },
    ...{ ready: () => store.heartbeat(), historyRebuilds: historyRebuildsOf(store, clock, log) },
    examine: () => examine(examined()),
    ...vpnServiceImports({ inventory, identity, expected, settings, clock, nodes }),
  });
  const examined = () => {
    return { ...surroundings, nodes, services, identity, operations, wallTime, backups, clock, store, access };
  };
  const alerting = composeAlerting({
    ...{ config, log, clock, timers, store, changes, nodes, services, secretBox },
    findings: () => findingsBesideNotices(examined()),
  });
  const maintenance = new Maintenance({
    timers,
    chores: [reserveOf(store, log), ...choresOf({ store, log, wallTime }, fleet), ...operations.chores()],
    onFailure: (chore, error) => log.error({ err: error, chore }, `upkeep failed: ${chore}`),
  });

  await operations.applyTracking();
  await judge(store, wallTime);
  await nodes.refresh();
  return {
    ports: {
      ...{ clock, ledger, history, exports, billing, inventory, identity, links, audit, nodes, operations },
      ...{ agents, access, services, changes, reconciliation, quotas, userStates, adminLimits, alerting, twoFactors },
      ...{ userLinks, budgets: store.budgets, templates: new SavedTemplates(settings) },
      deviceDigest: (text: string) => secretBox.digest(text),
    },
    ...{ identity, look: () => services.look() },
    begin() {
      fleet.gateways.open();
      for (const part of [fleet.scheduler, services, alerting, maintenance]) part.start();
    },
    async close() {
      cleanups.close();
      await Promise.all([maintenance.stop(), alerting.stop(), operations.historyRebuilds.cancel()]);
      await fleet.close();
      await store.close();
    },
  };
}

function historyRebuildsOf(store: Store, clock: Clock, log: Logger): HistoryRebuilds {
  return new HistoryRebuilds({
    ...{ clock, newId: () => randomId(16), calendar: async () => store.calendar() },
    compareDay: (day, mends) => store.compareDay(day, mends),
    shipping: () => store.shipping(),
    onFailure: (error) => log.error({ err: error }, 'history could not be compared with its mirror'),
  });
}

/** After the ledger was lost for a while, open panels look anew. */
function changesOf(store: Store): Changes {
  const changes = new Changes();
  store.onAnew(() => changes.tell('usage', 'nodes', 'peers', 'users', 'tracking', 'resets', 'notices', 'alerts'));
  return changes;
}

function noteCleanup(log: Logger, changes: Changes, { days, state, deleted, endedAt, by }: CleanupJob): void {
  if (endedAt === null) return;
  log.info({ days, state, deleted, by }, 'a cleanup of 15-minute records has ended');
  changes.tell('usage');
}

interface FleetSurroundings extends Omit<Surroundings, 'listening' | 'clock' | 'timers'> {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly store: Store;
  readonly wallTime: WallTime;
  readonly changes: Changes;
  readonly expected: ExpectedPeers;
  readonly credentials: Credentials;
  readonly secretBox: SecretBox;
  readonly productNotices: () => Promise<SystemNotice[]>;
}

/** Everything between a node and the ledger. */
function composeNodes(surroundings: FleetSurroundings) {
  const { folder, log, clock, timers, store, wallTime, changes, expected, credentials } = surroundings;
  const { ledger, inventory, identity } = store;
  const tools = { clock, runDirectory: folder.runDirectory };
  const rates = new LiveRates(clock);
  const presence = new Presence();
  const skews = new ClockSkews();
  const userLinks = composeLinks({ ...surroundings, tools });
  const discovery = new UserDiscovery({ inventory, identity, clock });
  const sameBytes = new SameBytesWatch();
  const access: AccessControl = composeAccess({
    ...{ store, inventory, wallTime, changes, log, credentials, tools },
    pollNow: (id) => scheduler.pollNow(id),
  });
  const tracking = () => store.trackingState();
  const polling = new NodePolling({
    tracking,
    inventory,
    ledger,
    createCollector: (node) => {
      const own = () => createCollector(credentials.open(node.source), tools);
      return surroundings.shareReading?.(node, own) ?? own();
    },
    clock,
    wallTime,
    rates,
    presence,
    skews,
    changes,
    discover: async (node, booked, poll) => {
      sameBytes.seen({ id: node.id, kind: node.source.kind, endpoint: endpointOf(node, null) }, poll);
      if (booked.services.some((service) => service.newPeers.length > 0)) views.baselinesChanged(node.id);
      await expected.afterPoll(node, booked);
      await discovery.afterPoll(node, booked);
      gateways.seen(node, poll);
      // A node that is slow to change must not hold up its next reading.
      void access.afterPoll(node, poll);
    },
    log,
  });
  const scheduler = new Scheduler<PollRun>({
    clock,
    timers,
    random: Math.random,
    poll: (id, signal) => polling.poll(id, signal),
    onBug: (id, error) => log.error({ err: error, node: id }, 'polling a node failed'),
  });
  const views = composeViews(surroundings, { rates, presence, skews, polling });
  const gateways = composeGateways(surroundings);
  const nodes = new RunningNodes({
    ...{ inventory, integrationOf, tools, credentials, clock, polling, scheduler, views, rates, presence },
    ...{ prober: new NetworkProber(), discovery, sameBytes, changes, access, gateways },
    ...{ productNotices: surroundings.productNotices },
  });
  const agents = new RunningAgents({
    ...{ inventory, ledger, polling, tracking, clock, wallTime },
    enrolment: agentEnrolment,
  });
  ledger.onCommit((commit) => {
    if (commit.reported !== null) rates.reported(commit.reported);
  });
  const services = composeHealth(surroundings, views, presence);
  const close = async () => {
    await Promise.all([scheduler.stop(), services.stop(), access.close(), gateways.close(), userLinks.close()]);
    await polling.close();
  };
  return { nodes, agents, access, services, userLinks, scheduler, gateways, close };
}

function composeGateways({ store, clock, log, credentials, changes }: FleetSurroundings): Gateways {
  const { inventory, ledger, history, audit } = store;
  return new Gateways({ inventory, ledger, history, audit, clock, log, credentials, changes, integrationOf });
}

interface Seen {
  readonly rates: LiveRates;
  readonly presence: Presence;
  readonly skews: ClockSkews;
  readonly polling: NodePolling;
}

function composeViews({ store, clock, credentials }: FleetSurroundings, { rates, presence, skews, polling }: Seen) {
  return new NodeViews({
    inventory: store.inventory,
    history: store.history,
    clock,
    rates,
    presence,
    findings: () => store.reconciliation.findings(),
    clockSkew: (id) => skews.of(id),
    pollCounts: (id) => polling.counts(id),
    endpointOf,
    shown: (source) => credentials.shown(source),
  });
}

function composeHealth(surroundings: FleetSurroundings, views: NodeViews, presence: Presence): HealthMonitor {
  const { store, clock, timers, changes, log, longestLookMs } = surroundings;
  return new HealthMonitor({
    ...(longestLookMs === undefined ? {} : { longestLookMs }),
    ...{ clock, timers, changes, store: store.health, random: Math.random, prober: new NetworkProber() },
    views: () => views.all(),
    placeOf: ({ source: { kind, options } }) => {
      const { endpoint, answersTcp = false, isForeign = false } = integrationOf(kind);
      return { host: isForeign ? '' : endpoint(options), answersTcp };
    },
    signsOf: (nodeId, identity) => presence.service(nodeId, identity)?.signs ?? null,
    calendar: () => store.calendar(),
    onFailure: (error) => log.error({ err: error }, 'looking after the health of services failed'),
  });
}

interface Kept {
  readonly store: Store;
  readonly log: Logger;
  readonly wallTime: WallTime;
}

function choresOf({ store, log, wallTime }: Kept, { agents, gateways }: ReturnType<typeof composeNodes>): Chore[] {
  const judging = [judgingOf(store, wallTime), limitsOf(store, wallTime)];
  const ordering = orderingOf(store, (error) => log.error({ err: error }, 'putting users in order failed'));
  return [beatOf(store), ...judging, silenceOf(agents), tidyingOf(store), gateways.chore(), ordering];
}

function createCollector({ kind, options }: NodeSource, tools: IntegrationTools): Collector {
  const integration = integrationOf(kind);
  return integration.createCollector(integration.parseOptions(options), tools);
}

/** The host that is read. */
function endpointOf({ source }: Node, agent: AgentState | null): string {
  return integrationOf(source.kind).endpoint(source.options) || (agent?.address ?? '');
}
