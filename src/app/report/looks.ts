import type { Collector } from '../../core/metering/collector.ts';
import type { Amount } from '../../core/metering/flows.ts';
import type { Connections } from '../../integrations/clash/connections.ts';
import type { ReportConfig } from './report-config.ts';
import type { Look } from './reporter.ts';
import type { Route, Routes } from './routes.ts';

type Mapping = Pick<ReportConfig, 'user' | 'users' | 'rest'>;

/** Key of a stream: whose bytes, over which server. Null if nobody is named, or no server. */
function keyOf(token: string | null, route: Route | null | undefined): string | null {
  if (token === null || route === null || route === undefined) return null;
  return JSON.stringify([token, route.server, route.port, route.protocol]);
}

/** Connections of a client program: the first name of the chain that leads to a server says where its bytes went. */
export function lookAtConnections({ total, open }: Connections, routes: Routes, { user, users, rest }: Mapping): Look {
  const keys = new Map<string, string | null>();
  const counters = new Map<string, Amount>();
  for (const { id, rx, tx, chain, who } of open) {
    const name = chain.find((one) => routes.has(one));
    const known = who.find((one) => users.has(one));
    keys.set(
      id,
      keyOf(known === undefined ? user : (users.get(known) ?? user), name === undefined ? null : routes.get(name)),
    );
    counters.set(id, { rx, tx });
  }
  const restKey = keyOf(user, rest);
  return { total, counters, ageMs: null, keyOf: (id) => keys.get(id) ?? null, restKey };
}

/** Counters of an Xray: of its outbounds, by their tag, or of its users, all over one server. */
export async function lookAtCounters(
  collector: Collector,
  count: 'outbounds' | 'users',
  routes: Routes,
  { user, users, rest }: Mapping,
  signal: AbortSignal,
): Promise<Look> {
  const { services } = await collector.collect(signal);
  const counters = new Map<string, Amount>();
  for (const { key, traffic } of services.flatMap(({ peers }) => [...peers])) {
    if (traffic.rx !== null && traffic.tx !== null) counters.set(key, { rx: traffic.rx, tx: traffic.tx });
  }
  const age = services[0]?.age;
  return {
    counters,
    total: null,
    ageMs: age?.maxMs ?? null,
    keyOf: (id) => (count === 'users' ? keyOf(users.get(id) ?? user, rest) : keyOf(user, routes.get(id))),
    restKey: null,
  };
}
