import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LightMyRequestResponse } from 'fastify';
import { AccessControl } from '../../src/app/access/control.ts';
import { RunningAgents } from '../../src/app/agent-desk.ts';
import type { Alerting } from '../../src/app/alerting/alerting.ts';
import { Backups } from '../../src/app/backups.ts';
import { Changes } from '../../src/app/changes.ts';
import { CleanupJobs } from '../../src/app/cleanup-jobs.ts';
import { ClockSkews } from '../../src/app/clock-skews.ts';
import type { Config } from '../../src/app/config.ts';
import { HistoryRebuilds } from '../../src/app/history-rebuilds.ts';
import { ConfigCache } from '../../src/app/links/config-cache.ts';
import { JoinedLinks } from '../../src/app/links/link-joiner.ts';
import { LiveRates } from '../../src/app/live-rates.ts';
import { NodePolling } from '../../src/app/node-polling.ts';
import { NodeViews } from '../../src/app/node-views.ts';
import { Presence } from '../../src/app/presence.ts';
import { ProductOperations } from '../../src/app/product-operations.ts';
import { integrationOf } from '../../src/app/registry.ts';
import { systemClock } from '../../src/app/system-clock.ts';
import { SavedTemplates } from '../../src/app/user-templates.ts';
import type { ApiToken, Role, Scope } from '../../src/core/identity/identity-store.ts';
import type { NodeOperations, NodeView } from '../../src/core/inventory/node-operations.ts';
import type { ConfigSource } from '../../src/core/links/config-source.ts';
import type { Poll } from '../../src/core/metering/collector.ts';
import { WallTime } from '../../src/core/metering/wall-time.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import { ManualClock } from '../../src/core/units/testing.ts';
import { hashSecret, newSecret } from '../../src/http/auth/secrets.ts';
import type { HttpApp } from '../../src/http/http-app.ts';
import type { HttpConfig, HttpPorts } from '../../src/http/ports.ts';
import { buildServer } from '../../src/http/server.ts';
import { agentEnrolment } from '../../src/integrations/agent/install.ts';
import { SubscriptionConfigSource } from '../../src/integrations/subscription/config-source.ts';
import { HttpClient } from '../../src/lib/http-client/http-client.ts';
import { randomId } from '../../src/lib/random-id.ts';
import type { SqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import { testAlerting } from './alerting.ts';
import { FakeVpn } from './fake-vpn.ts';
import { type PlayedProber, testHealth } from './health.ts';
import { schemaMismatches } from './schema-check.ts';
import { root } from './server.ts';
import { openTestStore } from './test-store.ts';

export const START = '2026-03-10T12:00:00Z';

/** The HTTP server over a real ledger in memory, on a clock that a test moves. Nodes are polled by the test itself. */
export interface HttpTestServer {
  readonly app: HttpApp;
  readonly clock: ManualClock;
  readonly store: SqliteStore;
  readonly ports: HttpPorts;
  readonly changes: Changes;
  /** Stands in for the network; `look` judges everything once, as the product does every 15 seconds. */
  readonly prober: PlayedProber;
  look(): Promise<void>;
  /** Looks and sends when the test says so. */
  readonly alerting: Alerting;
  /** Where access of every node is taken and given back. */
  readonly vpn: FakeVpn;
  /** Lines of the log, as objects. */
  readonly log: readonly Record<string, unknown>[];
  /** A token of an admin of that role, made if there is none yet; `name` for a second admin of the role. */
  token(role: Role, scopes: readonly Scope[], bound?: Partial<Pick<ApiToken, 'nodeId' | 'servers'>>): Promise<string>;
  request(method: Method, url: string, options?: RequestOptions): Promise<LightMyRequestResponse>;
  addNode(name: string): Promise<NodeId>;
  poll(nodeId: NodeId, peers: Readonly<Record<string, readonly [rx: bigint, tx: bigint]>>): Promise<void>;
  close(): Promise<void>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';

export interface RequestOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly from?: string;
}

export async function startHttp(
  options: Partial<HttpConfig> & { readonly tracking?: boolean } = {},
): Promise<HttpTestServer> {
  const clock = new ManualClock(START);
  const newId = () => randomId(16);
  const store = await openTestStore(clock);
  const { ledger, history, exports, billing, inventory, identity, links, settings, audit } = store;
  const changes = new Changes();
  const presence = new Presence();
  const config = {
    webhookAuth: 'open',
    publicSummary: false,
    publicUrl: null,
    trackingEnabled: null,
    retentionDays: null,
    timeZone: null,
    ...{ fromEnvironment: [], unknownVariables: [] },
  };
  const dataDir = mkdtempSync(join(tmpdir(), 'xpert-http-'));
  const backups = new Backups({
    ...{ ledger, settings, clock, dataDir, databasePath: join(dataDir, 'none.db') },
    readKey: () => Buffer.alloc(32, 7),
    onFailure: (error) => {
      throw error;
    },
  });
  const historyRebuilds = new HistoryRebuilds({
    ...{ clock, newId, calendar: async () => store.calendar(), onFailure: () => {} },
    compareDay: (day, mends) => store.compareDay(day, mends),
    shipping: () => store.shipping(),
  });
  const operations = new ProductOperations({
    config: config as unknown as Config,
    ledger,
    cleanups: new CleanupJobs({ ledger, clock, newId, onChange: () => {}, onFailure: () => {} }),
    settings,
    changes,
    clock,
    isClockSuspect: () => false,
    calendar: async () => store.calendar(),
    setTimeZone: (timeZone) => store.setTimeZone(timeZone),
    trackingState: async () => store.trackingState(),
    historyShipping: () => store.shipping(),
    historyRebuilds,
    ready: () => store.heartbeat(),
    backups,
    examine: async () => [
      { name: 'ledger', status: 'ok', code: 'fine', values: { of: 1 }, message: 'Fine.', hint: null, commands: [] },
    ],
    importVpnService: async () => ({ nodes: 0, users: 0, peers: 0, skipped: [] }),
    importVpnServiceTexts: async () => ({ nodes: 0, users: 0, peers: 0, skipped: [] }),
  });
  const nodes = testNodes(store, clock, presence);
  const { services, prober } = testHealth({ store, clock, presence, changes, views: () => nodes.views() });
  const alerting = testAlerting({ store, clock, changes, nodes, services });
  const vpn = new FakeVpn();
  const userLinks = testLinks(store, clock);
  const ports: HttpPorts = {
    clock,
    ledger,
    history,
    exports,
    billing,
    reconciliation: store.reconciliation,
    quotas: store.quotas,
    adminLimits: store.adminLimits,
    budgets: store.budgets,
    userStates: store.userStates,
    inventory,
    templates: new SavedTemplates(settings),
    identity,
    twoFactors: store.twoFactors,
    links,
    userLinks,
    deviceDigest: (text) => createHash('sha256').update(text).digest('hex').slice(0, 16),
    audit,
    nodes,
    services,
    agents: testAgents(store, clock, presence, changes),
    access: testAccess(store, clock, changes, vpn),
    alerting,
    operations,
    changes,
  };
  const log: Record<string, unknown>[] = [];
  const line = (level: string) => (fields: object, message: string) => void log.push({ level, message, ...fields });
  const httpConfig: HttpConfig = {
    version: '0.0.0',
    trustedProxies: [],
    basePath: '',
    publicUrl: null,
    localUrl: () => null,
    publicHost: null,
    webhookAuth: 'open',
    publicSummary: false,
    legacyLinks: false,
    webRoot: null,
    agentProgramPath: `${root}/package.json`,
    openapiPath: `${root}/openapi.json`,
    logger: { info: line('info'), warn: line('warn'), error: line('error') },
    ...options,
  };
  const undescribed: string[] = [];
  const app = await buildServer(ports, httpConfig, async (described) => watchAnswers(described, undescribed));
  return {
    app,
    clock,
    store,
    ports,
    changes,
    prober,
    look: () => services.look(),
    alerting,
    vpn,
    log,
    token: (role, scopes, bound) => makeToken(store, clock, role, scopes, bound),
    request: (method, url, request = {}) => inject(app, method, url, request),
    addNode: (name) => addNode(store, clock, name),
    poll: (nodeId, peers) => poll(store, clock, presence, nodeId, peers),
    async close() {
      await app.close();
      await userLinks.close();
      await store.close();
      rmSync(dataDir, { recursive: true });
      if (undescribed.length > 0) throw new Error(`Answers are not as openapi.json says:\n${undescribed.join('\n')}`);
    },
  };
}

/** Every answer of a test is held against its description. */
function watchAnswers(app: HttpApp, undescribed: string[]): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const { response } = (request.routeOptions.schema ?? {}) as { response?: Record<string, object> };
    const schema = response?.[String(reply.statusCode)];
    const isJson = String(reply.getHeader('content-type')).startsWith('application/json');
    if (schema === undefined || !isJson || typeof payload !== 'string') return payload;
    const mismatches = schemaMismatches(schema, JSON.parse(payload));
    undescribed.push(...mismatches.map((text) => `${request.method} ${request.routeOptions.url} ${text}`));
    return payload;
  });
}

function inject(app: HttpApp, method: Method, url: string, { token, body, headers, from }: RequestOptions) {
  const isText = typeof body === 'string';
  return app.inject({
    method,
    url,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: isText ? body : JSON.stringify(body) }),
    ...(from === undefined ? {} : { remoteAddress: from }),
  });
}

async function makeToken(
  { identity }: SqliteStore,
  clock: ManualClock,
  role: Role,
  scopes: readonly Scope[],
  bound: Partial<Pick<ApiToken, 'nodeId' | 'servers'>> = {},
): Promise<string> {
  const name = `the-${role}`;
  const known = await identity.adminByName(name);
  const admin = known ?? (await identity.addAdmin({ name, role, passwordHash: 'none', createdAt: clock.now() }));
  const secret = newSecret('xp_');
  await identity.addToken({
    name: `${role} ${scopes.join()}`,
    scopes,
    adminId: admin.id,
    nodeId: null,
    servers: [],
    createdAt: clock.now(),
    tokenHash: hashSecret(secret),
    signingSecret: null,
    ...bound,
  });
  return secret;
}

async function addNode({ inventory }: SqliteStore, clock: ManualClock, name: string): Promise<NodeId> {
  const source = { kind: 'wireguard', options: { transport: 'local' } };
  const fixed = { description: '', source, pollIntervalMs: 30_000, opening: 'count', usersPolicy: 'none' } as const;
  return (await inventory.addNode({ name, createdAt: clock.now(), ...fixed })).id;
}

async function poll(
  { ledger }: SqliteStore,
  clock: ManualClock,
  presence: Presence,
  nodeId: NodeId,
  peers: Readonly<Record<string, readonly [rx: bigint, tx: bigint]>>,
): Promise<void> {
  const read: Poll = {
    complete: true,
    notices: [],
    services: [
      {
        identity: `identity of ${nodeId}`,
        kind: 'wireguard',
        name: 'wg0',
        listenPort: 51_820,
        startEvidence: 'boot:1',
        peers: Object.entries(peers).map(([key, [rx, tx]], i) => ({
          key,
          traffic: { rx, tx, total: rx + tx },
          allowedIps: [`10.0.0.${i + 2}/32`],
          lastHandshakeAt: clock.now(),
        })),
      },
    ],
  };
  presence.seen(nodeId, read, clock.now());
  const semantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended' } as const;
  await ledger.recordPoll({
    nodeId,
    semantics,
    opening: 'count',
    poll: read,
    at: clock.now(),
    durationMs: 12,
    clockSuspect: false,
  });
}

/** The real desk of agents over the ledger. */
function testAgents(store: SqliteStore, clock: ManualClock, presence: Presence, changes: Changes): RunningAgents {
  const { inventory, ledger } = store;
  const wallTime = new WallTime(clock);
  const tracking = () => store.trackingState();
  const polling = new NodePolling({
    tracking,
    inventory,
    ledger,
    createCollector: () => {
      throw new Error('nothing is polled here');
    },
    clock,
    wallTime,
    rates: new LiveRates(clock),
    skews: new ClockSkews(),
    presence,
    changes,
    discover: async () => {},
    log: { info() {}, warn() {}, error() {} },
  });
  return new RunningAgents({
    ...{ inventory, ledger, polling, tracking, clock, wallTime },
    enrolment: agentEnrolment,
  });
}

/**
 * Subscriptions as the product joins them, but for providers that are on this machine, and with all the time that a busy
 * machine needs: sources that hang are a matter of the cache's own tests.
 */
function testLinks({ links, inventory }: SqliteStore, clock: ManualClock): JoinedLinks {
  const tools = { clock: systemClock, runDirectory: tmpdir() };
  const onBug = (error: unknown) => {
    throw error;
  };
  return new JoinedLinks({
    ...{ links, inventory },
    cache: new ConfigCache({ copies: links, clock, onBug, waitMs: 20_000 }),
    tells: (kind) => integrationOf(kind).createConfigSource !== undefined,
    openNode: ({ kind, options }) => integrationOf(kind).createConfigSource?.(options, tools) as ConfigSource,
    openLink: (link) =>
      new SubscriptionConfigSource(link, new HttpClient({ policy: { kind: 'collector', privateAddresses: true } })),
    digest: (text) => createHash('sha256').update(text).digest('hex').slice(0, 16),
  });
}

/** Access over the ledger and a VPN in memory; passes come with `ports.access` alone. */
function testAccess(store: SqliteStore, clock: ManualClock, changes: Changes, vpn: FakeVpn): AccessControl {
  return new AccessControl({
    ...{ store: store.access, inventory: store.inventory, settings: store.settings, audit: store.audit, changes },
    history: store.history,
    abilitiesOf: () => vpn.abilities,
    createEnforcer: () => vpn,
    pollNow: async () => {},
    trackingState: async () => store.trackingState(),
    wallTime: new WallTime(clock),
    log: { info() {}, warn() {}, error() {} },
  });
}

/** Node operations without a network: views are the real ones, polling answers that there is nothing to read. */
function testNodes(store: SqliteStore, clock: ManualClock, presence: Presence): NodeOperations {
  const views = new NodeViews({
    inventory: store.inventory,
    history: store.history,
    clock,
    rates: new LiveRates(clock),
    presence,
    findings: () => store.reconciliation.findings(),
    clockSkew: () => null,
    pollCounts: () => ({ complete: 3, incomplete: 2, failed: 1 }),
    endpointOf: () => 'localhost',
    shown: (source) => ({ source, secrets: {} }),
  });
  const one = async (id: NodeId): Promise<NodeView> => {
    const view = await views.one(id);
    if (view === null) throw new Error('no such node');
    return view;
  };
  const step = { step: 'read', outcome: 'done', detail: null, reason: null, durationMs: 5 } as const;
  const test = { ok: true, durationMs: 5, found: null, problems: [], setup: null, hostKey: null, steps: [step] };
  return {
    views: () => views.all(),
    view: (id) => views.one(id),
    add: async (draft) => one((await store.inventory.addNode({ ...draft, createdAt: clock.now() })).id),
    change: async (id, change) => one((await store.inventory.updateNode(id, change)).id),
    remove: (id) => store.inventory.deleteNode(id, clock.now()),
    poll: async () => ({ outcome: 'complete', durationMs: 5, services: [] }),
    pollAll: async () => [],
    beat: () => ({ running: 2, waiting: 1, lateMs: 1500 }),
    test: async () => test,
    setup: async () => null,
    flow: async () => null,
    notices: async () => [],
    assignAutomatically: async () => ({ users: [], assigned: 0 }),
  };
}
