import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role, Scope } from '../../src/core/identity/identity-store.ts';
import { hashSecret, newSecret } from '../../src/http/auth/secrets.ts';
import { type DescribedRoute, listRoutes } from '../../src/http/openapi.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';
import { root } from '../support/server.ts';

/** Every route and what it takes, by hand: a new route has to be thought about here. */
const EXPECTED: Readonly<Record<string, string>> = {
  'POST /api/xpert/traffic-webhook': 'sender',
  'GET /healthz': 'public',
  'GET /readyz': 'public',
  'GET /metrics': 'metrics',
  'GET /api/openapi.json': 'public',
  'GET /api/docs': 'public',
  'GET /api/docs/start.js': 'public',
  'GET /api/docs/swagger-ui.css': 'public',
  'GET /api/docs/swagger-ui-bundle.js': 'public',
  'GET /api/v1/session': 'public',
  'POST /api/v1/session': 'public',
  'DELETE /api/v1/session': 'own-account',
  'GET /api/v1/session/two-factor': 'own-account',
  'POST /api/v1/session/two-factor/secret': 'own-account',
  'PUT /api/v1/session/two-factor': 'own-account',
  'DELETE /api/v1/session/two-factor': 'own-account',
  'POST /api/v1/session/two-factor/recovery-codes': 'own-account',
  'GET /api/v1/sessions': 'own-account',
  'DELETE /api/v1/sessions': 'own-account',
  'DELETE /api/v1/admins/:id/two-factor': 'manage-admins',
  'PUT /api/v1/session/password': 'own-account',
  'POST /api/v1/setup': 'public',
  'GET /api/v1/overview': 'view',
  'GET /api/v1/usage/series': 'view',
  'GET /api/v1/usage/active-peers': 'view-all',
  'GET /api/v1/usage/summary': 'view',
  'GET /api/v1/usage/holders': 'view',
  'GET /api/v1/usage/carriers': 'view',
  'GET /api/v1/usage/top-carriers': 'view',
  'GET /api/v1/gaps': 'view-all',
  'GET /api/v1/quarantine': 'view-all',
  'POST /api/v1/quarantine/:id/decision': 'change-all',
  'GET /api/v1/baselines': 'view-all',
  'POST /api/v1/baselines/:id/decision': 'change-all',
  'GET /api/v1/corrections': 'view',
  'POST /api/v1/corrections': 'change-all',
  'POST /api/v1/corrections/:id/undo': 'change-all',
  'GET /api/v1/events': 'view',
  'GET /api/v1/nodes': 'view-all',
  'POST /api/v1/nodes': 'change-all',
  'GET /api/v1/nodes/:id': 'view-all',
  'PATCH /api/v1/nodes/:id': 'change-all',
  'DELETE /api/v1/nodes/:id': 'change-all',
  'GET /api/v1/export/usage': 'view',
  'GET /api/v1/users/:id/cycles': 'view',
  'GET /api/v1/users/:id/statement': 'view',
  'GET /api/v1/billing-rules': 'view',
  'POST /api/v1/billing-rules': 'change-all',
  'DELETE /api/v1/billing-rules/:id': 'change-all',
  'POST /api/v1/nodes/test': 'change-all',
  'POST /api/v1/nodes/:id/test': 'change-all',
  'GET /api/v1/nodes/:id/setup': 'change-all',
  'POST /api/v1/nodes/:id/poll': 'change-all',
  'POST /api/v1/nodes/poll': 'change-all',
  'GET /api/v1/access': 'view',
  'GET /api/v1/users/:id/access': 'view',
  'GET /api/v1/access/state': 'view-all',
  'POST /api/v1/access/pause': 'change-all',
  'POST /api/v1/access/resume': 'change-all',
  'PUT /api/v1/access/fuse': 'change-all',
  'GET /api/v1/alerts': 'view-all',
  'GET /api/v1/alerts/counts': 'view-all',
  'PUT /api/v1/alerts/:id/acknowledged': 'change-all',
  'PUT /api/v1/alerts/:id/muted': 'change-all',
  'GET /api/v1/channels': 'inspect',
  'POST /api/v1/channels': 'change-all',
  'PATCH /api/v1/channels/:id': 'change-all',
  'DELETE /api/v1/channels/:id': 'change-all',
  'POST /api/v1/channels/:id/test': 'change-all',
  'GET /api/v1/nodes/:id/access': 'view-all',
  'PUT /api/v1/nodes/:id/access': 'change-all',
  'POST /api/v1/nodes/:id/access/preview': 'change-all',
  'POST /api/v1/nodes/:id/access/confirm': 'change-all',
  'GET /api/v1/peers': 'view',
  'POST /api/v1/peers/assign': 'change-users',
  'POST /api/v1/peers/:id/binding': 'change-all',
  'GET /api/v1/peers/successions': 'view-all',
  'POST /api/v1/peers/assign-automatically': 'change-all',
  'GET /api/v1/user-templates': 'change-users',
  'PUT /api/v1/user-templates/:name': 'change-users',
  'DELETE /api/v1/user-templates/:name': 'change-users',
  'GET /api/v1/users': 'view',
  'POST /api/v1/users': 'change-users',
  'GET /api/v1/users/:id': 'view',
  'PATCH /api/v1/users/:id': 'change-users',
  'DELETE /api/v1/users/:id': 'change-users',
  'POST /api/v1/users/bulk': 'change-users',
  'GET /api/v1/users/export': 'change-users',
  'POST /api/v1/users/import': 'change-users',
  'GET /api/v1/settings/trusted-servers': 'view-all',
  'PUT /api/v1/settings/trusted-servers': 'change-all',
  'GET /api/v1/plans': 'view',
  'POST /api/v1/plans': 'change-all',
  'GET /api/v1/plans/:id': 'view',
  'PATCH /api/v1/plans/:id': 'change-all',
  'DELETE /api/v1/plans/:id': 'change-all',
  'POST /api/v1/plans/preview': 'change-users',
  'GET /api/v1/users/:id/entitlement': 'view',
  'PUT /api/v1/users/:id/entitlement': 'change-users',
  'GET /api/v1/users/:id/top-ups': 'view',
  'POST /api/v1/users/:id/top-ups': 'change-users',
  'DELETE /api/v1/top-ups/:id': 'change-users',
  'GET /api/v1/users/:id/state-changes': 'view',
  'POST /api/v1/users/:id/rotate-token': 'change-users',
  'GET /api/v1/nodes/:id/reconciliation': 'view-all',
  'GET /api/v1/budgets': 'view-all',
  'GET /api/v1/nodes/:id/budget': 'view-all',
  'PUT /api/v1/nodes/:id/budget': 'change-all',
  'DELETE /api/v1/nodes/:id/budget': 'change-all',
  'POST /api/v1/nodes/:id/provider-figures': 'change-all',
  'DELETE /api/v1/nodes/:id/provider-figures/:figure': 'change-all',
  'GET /api/v1/nodes/:id/quality': 'view-all',
  'GET /api/v1/nodes/:id/health': 'view-all',
  'GET /api/v1/services': 'view-all',
  'GET /api/v1/services/:id/health': 'view-all',
  'PUT /api/v1/services/:id/probe': 'change-all',
  'POST /api/v1/services/:id/probe/test': 'change-all',
  'GET /api/v1/peers/:id/quality': 'view-all',
  'GET /api/v1/users/:id/quality': 'view',
  'GET /api/v1/users/:id/link': 'change-users',
  'POST /api/v1/users/:id/rotate-link': 'change-users',
  'GET /api/v1/links': 'change-users',
  'POST /api/v1/links': 'change-users',
  'DELETE /api/v1/links/:id': 'change-users',
  'PATCH /api/v1/links/:id': 'change-users',
  'POST /api/v1/links/test': 'change-users',
  'POST /api/v1/links/:id/fetch': 'change-users',
  'GET /api/v1/users/:id/link/entries': 'change-users',
  'GET /u/:link_token': 'public',
  'GET /api/v1/unclaimed': 'view-all',
  'GET /api/v1/resets': 'change-users',
  'POST /api/v1/resets': 'change-users',
  'DELETE /api/v1/resets/:id': 'change-users',
  'POST /api/v1/resets/preview': 'change-users',
  'GET /api/v1/resets/:id/undo-preview': 'change-users',
  'GET /api/v1/scheduled-resets': 'change-users',
  'POST /api/v1/scheduled-resets': 'change-users',
  'DELETE /api/v1/scheduled-resets/:id': 'change-users',
  'GET /api/v1/database': 'inspect',
  'POST /api/v1/history/rebuild': 'change-all',
  'GET /api/v1/history/rebuild': 'inspect',
  'DELETE /api/v1/history/rebuild': 'change-all',
  'POST /api/v1/cleanup': 'change-all',
  'GET /api/v1/cleanup': 'inspect',
  'DELETE /api/v1/cleanup': 'change-all',
  'GET /api/v1/settings': 'view',
  'PUT /api/v1/settings/tracking': 'change-all',
  'PUT /api/v1/settings/retention': 'change-all',
  'PUT /api/v1/settings/time-zone': 'change-all',
  'PUT /api/v1/settings/cycle': 'change-all',
  'GET /api/v1/backups': 'change-all',
  'POST /api/v1/backups': 'change-all',
  'GET /api/v1/backups/:name': 'change-all',
  'PUT /api/v1/settings/backup': 'change-all',
  'GET /api/v1/doctor': 'inspect',
  'POST /api/v1/imports/vpnservice': 'local',
  'POST /api/v1/handover': 'local',
  'POST /api/v1/imports/vpnservice/texts': 'change-all',
  'GET /api/v1/audit': 'inspect',
  'GET /api/v1/admins': 'manage-admins',
  'POST /api/v1/admins': 'manage-admins',
  'PUT /api/v1/admins/:id/password': 'manage-admins',
  'GET /api/v1/admins/:id/limit': 'view',
  'PUT /api/v1/admins/:id/limit': 'manage-admins',
  'DELETE /api/v1/admins/:id/limit': 'manage-admins',
  'PATCH /api/v1/admins/:id': 'manage-admins',
  'GET /api/v1/tokens': 'manage-tokens',
  'POST /api/v1/tokens': 'manage-tokens',
  'DELETE /api/v1/tokens/:id': 'manage-tokens',
  'GET /api/xpert/traffic-stats/global': 'view',
  'GET /api/xpert/marzban-traffic-stats': 'view',
  'GET /api/xpert/traffic-stats/:user_token': 'view',
  'GET /api/xpert/traffic-stats/server/:server/:port': 'view',
  'GET /api/xpert/traffic-stats/database/info': 'inspect',
  'POST /api/xpert/traffic-stats/cleanup': 'change-all',
  'POST /api/xpert/traffic-stats/reset': 'change-all',
  'DELETE /api/xpert/traffic-stats/reset/:reset_id': 'change-all',
  'GET /api/admin/usage/:username': 'view',
  'GET /api/admin/usage/:username/detailed': 'view',
  'GET /api/admin/external-traffic/stats/:username': 'view',
  'GET /api/servers': 'summary',
  'GET /api/services': 'summary',
  'GET /api/stats': 'summary',
  'GET /api/users': 'view',
  'GET /api/traffic': 'view',
  'GET /api/xpert/sub': 'public',
  'GET /api/xpert/direct-configs/sub': 'public',
  'POST /api/admin/usage/reset/:username': 'change-users',
  'POST /api/admin/external-traffic/reset/:username': 'change-users',
  'POST /api/v1/agent/readings': 'report',
  'GET /api/v1/agent/position': 'report',
  'GET /api/v1/agent/program': 'report',
  'POST /api/v1/nodes/:id/agent': 'change-all',
};

type Actor = `${Role} ${'session' | Scope}`;
const sessions = (...roles: Role[]): Actor[] => roles.map((role): Actor => `${role} session`);
const tokens = (scope: Scope, ...roles: Role[]): Actor[] => {
  return roles.flatMap((role): Actor[] => [`${role} ${scope}`, `${role} admin`]);
};

/** Who may, by hand: not read from the code that decides. */
const ALLOWED: Readonly<Record<string, readonly Actor[]>> = {
  view: [...sessions('owner', 'reseller', 'viewer'), ...tokens('read', 'owner', 'reseller', 'viewer')],
  summary: [...sessions('owner', 'reseller', 'viewer'), ...tokens('read', 'owner', 'reseller', 'viewer')],
  'view-all': [...sessions('owner', 'viewer'), ...tokens('read', 'owner', 'viewer')],
  inspect: [...sessions('owner'), ...tokens('read', 'owner')],
  'change-users': [...sessions('owner', 'reseller'), ...tokens('write', 'owner', 'reseller')],
  'change-all': [...sessions('owner'), ...tokens('write', 'owner')],
  'manage-admins': [...sessions('owner'), ...tokens('admin', 'owner')],
  'manage-tokens': [...sessions('owner', 'reseller'), ...tokens('admin', 'owner', 'reseller')],
  metrics: [...sessions('owner', 'viewer'), ...tokens('metrics', 'owner', 'viewer')],
  report: [...sessions('owner'), ...tokens('ingest', 'owner'), 'owner write'],
  'own-account': sessions('owner', 'reseller', 'viewer'),
  local: [],
};

const ROLES: readonly Role[] = ['owner', 'reseller', 'viewer'];
const SCOPES: readonly Scope[] = ['read', 'write', 'ingest', 'metrics', 'admin'];

/** An event stream does not end by itself. */
const ENDLESS: readonly string[] = ['/api/v1/events'];

let server: HttpTestServer;
const headers = new Map<Actor, Record<string, string>>();
let routes: DescribedRoute[] = [];

beforeAll(async () => {
  server = await startHttp();
  routes = await listRoutes();
  for (const role of ROLES) {
    for (const scope of SCOPES) {
      headers.set(`${role} ${scope}`, { authorization: `Bearer ${await server.token(role, [scope])}` });
    }
  }
});
afterAll(() => server.close());

/** A fresh session each time: some routes end it. */
async function headersOf(actor: Actor): Promise<Record<string, string>> {
  const [role, credential] = actor.split(' ') as [Role, string];
  if (credential !== 'session') return headers.get(actor) ?? {};
  const admin = await server.store.identity.adminByName(`the-${role}`);
  if (admin === null) throw new Error(`no ${role}`);
  const secret = newSecret();
  const expiresAt = new Date(server.clock.now().getTime() + 86_400_000);
  const tokenHash = hashSecret(secret);
  await server.store.identity.addSession({ tokenHash, adminId: admin.id, createdAt: server.clock.now(), expiresAt });
  return { cookie: `xpert_session=${secret}` };
}

async function call(route: DescribedRoute, sent: Record<string, string>) {
  const url = route.url.replace(':port', '443').replace(/:\w+/g, 'nobody');
  const withBody = route.method === 'GET' ? {} : { body: { days: -1 } };
  return server.request(route.method as 'GET', url, { headers: sent, ...withBody });
}

describe('who may call what', () => {
  it('is thought about for every route', () => {
    const actual = Object.fromEntries(routes.map(({ method, url, access }) => [`${method} ${url}`, access]));
    expect(actual).toEqual(EXPECTED);
  });

  it('nobody gets in without a login where one is needed, and 401 comes before validation', async () => {
    for (const route of routes) {
      const { statusCode } = await call(route, {});
      const isOpen = route.access === 'public' || route.access === 'sender';
      if (isOpen) continue;
      expect([`${route.method} ${route.url}`, statusCode]).toEqual([`${route.method} ${route.url}`, 401]);
    }
  });

  it('a token that is not valid is 401 everywhere', async () => {
    for (const route of routes) {
      if (route.access === 'public') continue;
      const { statusCode } = await call(route, { authorization: 'Bearer xp_nonsense' });
      expect([route.url, statusCode]).toEqual([route.url, 401]);
    }
  });

  it.each(ROLES.flatMap((role) => ['session', ...SCOPES].map((credential) => `${role} ${credential}` as Actor)))(
    '%s gets what they may and 403 for the rest',
    async (actor) => {
      const wrong: string[] = [];
      for (const route of routes.filter(({ access, url }) => access in ALLOWED && !ENDLESS.includes(url))) {
        const { statusCode } = await call(route, await headersOf(actor));
        const wanted = ALLOWED[route.access]?.includes(actor) ? 'let in' : 'refused';
        const outcome = statusCode === 403 ? 'refused' : statusCode === 401 ? 'unknown' : 'let in';
        if (outcome !== wanted) wrong.push(`${route.method} ${route.url}: ${statusCode}, should be ${wanted}`);
      }
      expect(wrong).toEqual([]);
    },
    30_000,
  );

  it('nothing answers 5xx to nonsense', async () => {
    for (const route of routes) {
      if (ENDLESS.includes(route.url)) continue;
      const { statusCode } = await call(route, await headersOf('owner session'));
      expect([route.url, statusCode < 500]).toEqual([route.url, true]);
    }
  });
});

describe('openapi.json', () => {
  const { paths, security } = JSON.parse(readFileSync(`${root}/openapi.json`, 'utf8'));

  it('says security: [] only for health, readiness, docs, webhook, subscription, login and setup', () => {
    const open = Object.entries(paths as Record<string, Record<string, { security?: unknown[] }>>).flatMap(
      ([path, operations]) => {
        return Object.entries(operations).flatMap(([method, operation]) => {
          return operation.security?.length === 0 ? [`${method} ${path}`] : [];
        });
      },
    );
    expect(open.toSorted()).toEqual([
      'get /api/docs',
      'get /api/openapi.json',
      'get /api/v1/session',
      'get /api/xpert/direct-configs/sub',
      'get /api/xpert/sub',
      'get /healthz',
      'get /readyz',
      'post /api/v1/session',
      'post /api/v1/setup',
      'post /api/xpert/traffic-webhook',
    ]);
    expect(security).toEqual([{ session: [] }, { token: [] }]);
  });

  it('is served as it is committed', async () => {
    const answer = await server.request('GET', '/api/openapi.json');
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toBe(readFileSync(`${root}/openapi.json`, 'utf8'));
  });
});
