import type { PanelReset } from '../../../core/gateway/gateway.ts';

/** What an answer holds that is to be completed; named after what Marzban answers (app/routers of 0.8.4). */
export type Figures =
  | { readonly kind: 'users' | 'user' | 'admins' | 'admin' }
  | { readonly kind: 'admin-usage'; readonly owner: string };

/** What of a request is Xpert's business too. */
export interface Touched {
  readonly figures: Figures | null;
  readonly reset: PanelReset | null;
}

type Rule = readonly [method: RegExp, path: RegExp, touched: (name: string) => Touched];

const shows = (kind: 'users' | 'user' | 'admins' | 'admin'): Touched => ({ figures: { kind }, reset: null });

/** The first that fits. Paths without the query; the name in them is percent-encoded. */
const RULES: readonly Rule[] = [
  [
    /^POST$/,
    /^\/api\/user\/([^/]+)\/reset$/,
    (key) => ({ figures: { kind: 'user' }, reset: { kind: 'account', key } }),
  ],
  [/^POST$/, /^\/api\/users\/reset$/, () => ({ figures: null, reset: { kind: 'all' } })],
  [
    /^POST$/,
    /^\/api\/admin\/usage\/reset\/([^/]+)$/,
    (owner) => ({ figures: { kind: 'admin' }, reset: { kind: 'owner', owner } }),
  ],
  [/^GET$/, /^\/api\/users$/, () => shows('users')],
  [/^(?:GET|PUT)$/, /^\/api\/user\/[^/]+$/, () => shows('user')],
  [/^POST$/, /^\/api\/user$/, () => shows('user')],
  [/^(?:POST|PUT)$/, /^\/api\/user\/[^/]+\/(?:revoke_sub|active-next|set-owner)$/, () => shows('user')],
  [/^GET$/, /^\/api\/admins$/, () => shows('admins')],
  [/^GET$/, /^\/api\/admin\/usage\/([^/]+)$/, (owner) => ({ figures: { kind: 'admin-usage', owner }, reset: null })],
  [/^(?:GET|POST)$/, /^\/api\/admin$/, () => shows('admin')],
  [/^PUT$/, /^\/api\/admin\/[^/]+$/, () => shows('admin')],
  // A subscription's page for people; its path is a setting of the panel.
  [/^GET$/, /^\/[^/]+\/[^/]+\/info$/, () => shows('user')],
];

/** Null: the request is the panel's alone. */
export function touchedBy(method: string, path: string): Touched | null {
  for (const [methods, paths, touched] of RULES) {
    const match = methods.test(method) ? paths.exec(path) : null;
    if (match === null) continue;
    const name = decoded(match[1] ?? '');
    return name === null ? null : touched(name);
  }
  return null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
