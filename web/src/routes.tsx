import type { QueryClient } from '@tanstack/react-query';
import {
  createHashHistory,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { alertsQuery } from './api/alerts.ts';
import { nodesQuery, overviewQuery, type SeriesFilter, seriesQuery } from './api/resources.ts';
import { sessionQuery } from './api/session.tsx';
import { WAYS, type Way } from './api/types.ts';
import { Frame } from './components/frame/frame.tsx';
import { NotFoundPage, PageFailure } from './components/frame/page-states.tsx';
// The page that is opened most comes with the program.
import { SPLITS } from './features/overview/overview-chart.tsx';
import { OverviewPage } from './features/overview/overview-page.tsx';
import { loadStrings } from './i18n/strings.ts';
import { periodOf, type RangeSearch, rangeKey, rangeOf, readRangeSearch } from './lib/range.ts';
import { type Said, textsOf, wordOf } from './lib/search.ts';

interface Context {
  readonly client: QueryClient;
}

/** A page in a chunk of its own, and the words of its feature in another. */
function pageOf<N extends string>(feature: string, load: () => Promise<Readonly<Record<N, () => ReactNode>>>, name: N) {
  return lazyRouteComponent(async () => {
    const [module] = await Promise.all([load(), loadStrings(feature)]);
    return { page: module[name] };
  }, 'page');
}

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  errorComponent: PageFailure,
});

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search.next === 'string' && search.next.startsWith('/') ? { next: search.next } : {},
  beforeLoad: async ({ context, search }) => {
    const session = await context.client.ensureQueryData(sessionQuery);
    if (session.admin) throw redirect({ to: search.next ?? '/' });
  },
  component: pageOf('session', () => import('./features/session/login-page.tsx'), 'LoginPage'),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup/$token',
  beforeLoad: async ({ context }) => {
    const session = await context.client.ensureQueryData(sessionQuery);
    if (!session.setupNeeded) throw redirect({ to: '/login' });
  },
  component: pageOf('session', () => import('./features/session/setup-page.tsx'), 'SetupPage'),
});

/** Everything behind the login. */
const panel = createRoute({
  getParentRoute: () => root,
  id: 'panel',
  validateSearch: readRangeSearch,
  search: { middlewares: [retainSearchParams(['range', 'from', 'to'])] },
  beforeLoad: async ({ context, location }) => {
    const session = await context.client.ensureQueryData(sessionQuery);
    if (session.admin) return;
    throw redirect({ to: '/login', search: location.href === '/' ? {} : { next: location.href } });
  },
  component: Frame,
});

const pages = [
  createRoute({
    getParentRoute: () => panel,
    path: '/',
    validateSearch: (said: Said) => some('by', wordOf(said.by, SPLITS)),
    // Asked for while the page's words come. What is there by then is drawn at once, and not twice.
    loader: ({ context, location }) =>
      Promise.race([askForOverview(context.client, location.search), delay(PATIENCE_MS)]),
    component: pageOf('overview', async () => ({ OverviewPage }), 'OverviewPage'),
  }),
  createRoute({
    getParentRoute: () => panel,
    path: '/traffic',
    validateSearch: readTrafficSearch,
    component: pageOf('traffic', () => import('./features/traffic/traffic-page.tsx'), 'TrafficPage'),
  }),
  createRoute({
    getParentRoute: () => panel,
    path: '/users',
    validateSearch: readUsersSearch,
    component: pageOf('users', () => import('./features/users/users-page.tsx'), 'UsersPage'),
  }),
  createRoute({
    getParentRoute: () => panel,
    path: '/users/$userId',
    component: pageOf('users', () => import('./features/users/user-page.tsx'), 'UserPage'),
  }),
  createRoute({
    getParentRoute: () => panel,
    path: '/links',
    validateSearch: readLinksSearch,
    component: pageOf('links', () => import('./features/links/links-page.tsx'), 'LinksPage'),
  }),
  createRoute({
    getParentRoute: () => panel,
    path: '/nodes',
    component: pageOf('nodes', () => import('./features/nodes/nodes-page.tsx'), 'NodesPage'),
  }),
  createRoute({
    getParentRoute: () => panel,
    path: '/nodes/add',
    validateSearch: (search: Record<string, unknown>): { way?: Way | undefined } => {
      return { way: WAYS.find((candidate) => candidate === search.way) };
    },
    component: pageOf('nodes', () => import('./features/nodes/add-node-page.tsx'), 'AddNodePage'),
  }),
  createRoute({
    getParentRoute: () => panel,
    path: '/nodes/$nodeId',
    component: pageOf('nodes', () => import('./features/nodes/node-page.tsx'), 'NodePage'),
  }),
  createRoute({
    getParentRoute: () => panel,
    path: '/peers',
    validateSearch: readDevicesSearch,
    component: pageOf('peers', () => import('./features/peers/peers-page.tsx'), 'PeersPage'),
  }),
  createRoute({
    getParentRoute: () => panel,
    path: '/import',
    component: pageOf('imports', () => import('./features/imports/import-page.tsx'), 'ImportPage'),
  }),
  createRoute({
    getParentRoute: () => panel,
    path: '/corrections',
    validateSearch: (search: Record<string, unknown>): { user?: string | undefined } => {
      return { user: typeof search.user === 'string' ? search.user : undefined };
    },
    component: pageOf('corrections', () => import('./features/corrections/corrections-page.tsx'), 'CorrectionsPage'),
  }),
  createRoute({
    getParentRoute: () => panel,
    path: '/services',
    component: pageOf('services', () => import('./features/services/services-page.tsx'), 'ServicesPage'),
  }),
  createRoute({
    getParentRoute: () => panel,
    path: '/alerts',
    component: pageOf('alerts', () => import('./features/alerts/alerts-page.tsx'), 'AlertsPage'),
  }),
  createRoute({
    getParentRoute: () => panel,
    path: '/settings',
    component: pageOf('settings', () => import('./features/settings/settings-page.tsx'), 'SettingsPage'),
  }),
  createRoute({ getParentRoute: () => panel, path: '$', component: NotFoundPage }),
];

/** Nobody notices this; what takes longer is waited for by the page, with its real layout. */
const PATIENCE_MS = 120;

function delay(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

/** What the overview shows first. */
async function askForOverview(client: QueryClient, search: RangeSearch & { by?: SeriesFilter['by'] | undefined }) {
  const session = client.getQueryData(sessionQuery.queryKey);
  const range = rangeOf(search, '24h');
  const period = () => periodOf(range, session?.timeZone ?? 'UTC', new Date());
  const seesAll = session?.admin?.role !== 'reseller';
  await Promise.all([
    client.prefetchQuery(overviewQuery),
    client.prefetchQuery(seriesQuery({ by: search.by ?? 'node' }, rangeKey(range), period)),
    ...(seesAll ? [client.prefetchQuery(alertsQuery('open', 100)), client.prefetchQuery(nodesQuery)] : []),
  ]);
}

export function createPanelRouter(client: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([login, setup, panel.addChildren(pages)]),
    history: createHashHistory(),
    context: { client },
    trailingSlash: 'preserve',
    defaultPreload: 'intent',
    scrollRestoration: true,
  });
}

const ORDERS = ['asc', 'desc'] as const;

/** Only what the list knows: an address may be typed by hand. */
function readUsersSearch(said: Said) {
  return {
    ...textsOf(said, ['q', 'plan', 'tag', 'owner']),
    ...some('state', wordOf(said.state, ['active', 'limited', 'expired', 'suspended', 'on-hold'])),
    ...some('sort', wordOf(said.sort, ['name', 'used', 'share', 'total', 'expires', 'seen'])),
    ...some('order', wordOf(said.order, ORDERS)),
    create: said.create === true ? true : undefined,
    importing: said.importing === true ? true : undefined,
  };
}

function readLinksSearch(said: Said) {
  return {
    ...textsOf(said, ['q', 'user']),
    ...some('to', wordOf(said.to, ['all', 'single'])),
    adding: said.adding === true ? true : undefined,
  };
}

function readTrafficSearch(said: Said) {
  return {
    ...textsOf(said, ['q', 'server', 'protocol']),
    ...some('sort', wordOf(said.sort, ['name', 'tx', 'rx', 'total', 'connections', 'lastUsed'])),
    ...some('order', wordOf(said.order, ORDERS)),
  };
}

function readDevicesSearch(said: Said) {
  return { ...textsOf(said, ['q', 'node']), ...some('which', wordOf(said.which, ['all'])) };
}

/** Undefined, and not left out, where it is wrong: as `textsOf`. */
function some<N extends string, V extends string>(name: N, value: V | undefined): { [K in N]?: V | undefined } {
  return { [name]: value } as { [K in N]?: V | undefined };
}
