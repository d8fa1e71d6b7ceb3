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
import { overviewQuery, seriesQuery } from './api/resources.ts';
import { sessionQuery } from './api/session.tsx';
import { WAYS, type Way } from './api/types.ts';
import { Frame } from './components/frame/frame.tsx';
import { NotFoundPage, PageFailure } from './components/frame/page-states.tsx';
// The page that is opened most comes with the program.
import { OverviewPage } from './features/overview/overview-page.tsx';
import { loadStrings } from './i18n/strings.ts';
import { periodOf, type RangeSearch, rangeKey, rangeOf, readRangeSearch } from './lib/range.ts';

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
    // Asked for while the page's words come.
    loader: ({ context, location }) => askForOverview(context.client, location.search),
    component: pageOf('overview', async () => ({ OverviewPage }), 'OverviewPage'),
  }),
  createRoute({
    getParentRoute: () => panel,
    path: '/traffic',
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
    path: '/nodes',
    component: pageOf('nodes', () => import('./features/nodes/nodes-page.tsx'), 'NodesPage'),
  }),
  createRoute({
    getParentRoute: () => panel,
    path: '/nodes/add',
    validateSearch: (search: Record<string, unknown>): { way?: Way } => {
      const way = WAYS.find((candidate) => candidate === search.way);
      return way ? { way } : {};
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
    validateSearch: (search: Record<string, unknown>): { node?: string } =>
      typeof search.node === 'string' ? { node: search.node } : {},
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
    validateSearch: (search: Record<string, unknown>): { user?: string } =>
      typeof search.user === 'string' ? { user: search.user } : {},
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

/** What the overview shows first. */
function askForOverview(client: QueryClient, search: RangeSearch): void {
  const session = client.getQueryData(sessionQuery.queryKey);
  const range = rangeOf(search, '24h');
  const period = () => periodOf(range, session?.timeZone ?? 'UTC', new Date());
  void client.prefetchQuery(overviewQuery);
  void client.prefetchQuery(seriesQuery({ by: 'node' }, rangeKey(range), period));
  if (session?.admin?.role !== 'reseller') void client.prefetchQuery(alertsQuery('open', 100));
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

/** Only what the list knows: an address may be typed by hand. */
function readUsersSearch(search: Record<string, unknown>): Record<string, string | boolean> {
  const kept: Record<string, string | boolean> = {};
  for (const name of ['q', 'plan', 'tag', 'owner']) {
    const value = search[name];
    if ((typeof value === 'string' && value !== '') || typeof value === 'number') kept[name] = String(value);
  }
  const words = { state: /^[a-z-]+$/, sort: /^(name|used|share|total|expires|seen)$/, order: /^(asc|desc)$/ };
  for (const [name, form] of Object.entries(words)) {
    const value = search[name];
    if (typeof value === 'string' && form.test(value)) kept[name] = value;
  }
  for (const name of ['create', 'importing']) if (search[name] === true) kept[name] = true;
  return kept;
}
