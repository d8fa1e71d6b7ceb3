import { readFileSync, statSync } from 'node:fs';
import { ExpectedError } from '../../core/errors.ts';

/** A server that traffic goes to: what a report names. */
export interface Route {
  readonly server: string;
  readonly port: number;
  readonly protocol: string;
}

/** Names that proxies have in client programs, and where they lead. */
export type Routes = ReadonlyMap<string, Route>;

const PLACE = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_][A-Za-z0-9._-]{0,252})):(\d{1,5})\/([A-Za-z0-9._+-]{1,32})$/;

/** `HOST:PORT/PROTOCOL`; null if it is none. */
export function parseRoute(text: string): Route | null {
  const [, address6, name, port, protocol = ''] = PLACE.exec(text) ?? [];
  return routeOf(address6 ?? name, Number(port), protocol);
}

/**
 * Reads where proxies lead from the configuration of the client program itself: mihomo (YAML: `proxies`), sing-box and Xray
 * (JSON: `outbounds`). Credentials in it are neither kept nor shown. @throws ExpectedError `report-config-unusable`
 */
export async function readRoutes(paths: readonly string[]): Promise<Routes> {
  const routes = new Map<string, Route>();
  for (const path of paths) {
    for (const entry of entriesOf(await parseFile(path))) {
      const [name, route] = namedRoute(entry);
      if (name !== null && route !== null) routes.set(name, route);
    }
  }
  return routes;
}

/** Changes whenever one of the files does. */
export function stampOf(paths: readonly string[]): string {
  return paths.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0).join();
}

async function parseFile(path: string): Promise<unknown> {
  try {
    const text = readFileSync(path, 'utf8');
    if (/^\s*[{[]/.test(text)) return JSON.parse(text) as unknown;
    // In the built program the package has a default export alone.
    const { default: yaml } = await import('yaml');
    // Aliases are common in such files; a bomb of them is not.
    return yaml.parse(text, { maxAliasCount: 1_000, logLevel: 'silent' }) as unknown;
  } catch (error) {
    // What is wrong in it is not quoted: passwords stand there.
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'it is neither JSON nor YAML';
    throw new ExpectedError('report-config-unusable', `${path} cannot be read: ${why}.`, {
      hint: 'Name the configuration that the client program runs with, and let this user read it.',
    });
  }
}

function entriesOf(document: unknown): readonly Record<string, unknown>[] {
  if (!isRecord(document)) return [];
  return [document.proxies, document.outbounds, document.endpoints].flatMap((list) => {
    return Array.isArray(list) ? list.filter(isRecord) : [];
  });
}

/** mihomo: name, type, server, port. sing-box: tag, type, server, server_port. Xray: tag, protocol, settings. */
function namedRoute(entry: Record<string, unknown>): readonly [name: string | null, route: Route | null] {
  const name = textOf(entry.name) ?? textOf(entry.tag);
  const protocol = textOf(entry.type) ?? textOf(entry.protocol) ?? '';
  const place = isRecord(entry.settings) ? firstServer(entry.settings) : entry;
  const server = textOf(place.server) ?? textOf(place.address);
  return [name, routeOf(server ?? undefined, Number(place.port ?? place.server_port), protocol)];
}

function firstServer(settings: Record<string, unknown>): Record<string, unknown> {
  for (const list of [settings.vnext, settings.servers]) {
    if (Array.isArray(list) && isRecord(list[0])) return list[0];
  }
  return settings;
}

function routeOf(server: string | undefined, port: number, protocol: string): Route | null {
  if (server === undefined || server.length > 255 || !Number.isInteger(port) || port < 1 || port > 65_535) return null;
  if (!/^[A-Za-z0-9._+-]{1,32}$/.test(protocol)) return null;
  return { server: server.toLowerCase(), port, protocol: protocol.toLowerCase() };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
