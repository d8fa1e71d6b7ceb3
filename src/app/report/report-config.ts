import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readVariables, type Variables } from '../config.ts';
import { InvalidConfig } from '../invalid-config.ts';
import { parseRoute, type Route } from './routes.ts';
import type { WebhookAddress } from './webhook.ts';

/** Where the counters of a client program are. */
export type ReportSource =
  | { readonly kind: 'clash'; readonly url: URL; readonly secret: string | null }
  | { readonly kind: 'xray' | 'sing-box'; readonly api: string; readonly count: 'outbounds' | 'users' };

/** What a reporter is told by options, by its environment, or by `.env` in its working directory; in this order. */
export interface ReportConfig {
  readonly webhook: WebhookAddress;
  readonly source: ReportSource;
  /** Absolute; what it remembers. */
  readonly folder: string;
  /** Configurations of the client program, absolute: where its proxies lead. */
  readonly configs: readonly string[];
  /** The same by hand. */
  readonly servers: ReadonlyMap<string, Route>;
  /** `user_token` of everything that nobody else is named for; null: such traffic is not reported. */
  readonly user: string | null;
  /** `user_token` by source address, user of an inbound, or email. */
  readonly users: ReadonlyMap<string, string>;
  /** Where traffic goes that no counter leads anywhere; null: it is not reported. */
  readonly rest: Route | null;
  readonly lookMs: number;
  readonly sendMs: number;
}

type Value = (name: string) => string | null;

const TOKEN = /^[A-Za-z0-9._~@:-]{1,128}$/;
const ROUTE = 'a server as HOST:PORT/PROTOCOL, for example vpn.example.com:443/vless';

/** `options`: what stood on the command line, by the names of the variables. @throws InvalidConfig; no secret is in a message */
export function readReportConfig(
  options: Variables,
  environment?: Variables,
  cwd: string = process.cwd(),
): ReportConfig {
  const variables = readVariables(environment, cwd);
  const value: Value = (name) => options[`XPERT_${name}`]?.trim() || variables(name);
  const config = {
    webhook: readPanel(value('REPORT')),
    source: readSource(value, cwd),
    folder: resolve(cwd, value('REPORT_DIR') ?? 'report'),
    configs: list(value('REPORT_CONFIG')).map((path) => resolve(cwd, path)),
    servers: readServers(list(value('REPORT_SERVERS'))),
    user: readToken('XPERT_REPORT_USER', value('REPORT_USER')),
    users: readUsers(list(value('REPORT_USERS'))),
    rest: readRoute('XPERT_REPORT_REST', value('REPORT_REST')),
    lookMs: readSeconds('XPERT_REPORT_LOOK', value('REPORT_LOOK') ?? '2', 3_600) * 1000,
    sendMs: readSeconds('XPERT_REPORT_EVERY', value('REPORT_EVERY') ?? '60', 86_400) * 1000,
  };
  refuseReportsOfNothing(config);
  return config;
}

function refuseReportsOfNothing({ configs, servers, rest, user, users, source }: ReportConfig): void {
  if (user === null && users.size === 0)
    throw new InvalidConfig('XPERT_REPORT_USER', '', 'the user_token to report for');
  const needsRest = source.kind !== 'clash' && source.count === 'users';
  if (rest === null && (needsRest || (configs.length === 0 && servers.size === 0)))
    throw new InvalidConfig(
      needsRest ? 'XPERT_REPORT_REST' : 'XPERT_REPORT_CONFIG',
      '',
      needsRest
        ? ROUTE
        : 'the path of the configuration of the client program, or name servers in XPERT_REPORT_SERVERS',
    );
}

function readPanel(text: string | null): WebhookAddress {
  const wants = 'the address of the panel: https://panel.example.com, with a token https://TOKEN@panel.example.com';
  const url = text !== null && URL.canParse(text) ? new URL(text) : null;
  const token = url?.username ?? '';
  if (url === null || !/^https?:$/.test(url.protocol) || url.password !== '' || !/^[\w.~-]{0,200}$/.test(token))
    throw new InvalidConfig('XPERT_REPORT', text === null ? '' : '…', wants);
  return { url: `${url.origin}${url.pathname}`.replace(/\/+$/, ''), token: token === '' ? null : token };
}

function readSource(value: Value, cwd: string): ReportSource {
  const clash = value('REPORT_CLASH');
  const xray = value('REPORT_XRAY');
  const singBox = value('REPORT_SING_BOX');
  if ([clash, xray, singBox].filter((one) => one !== null).length !== 1)
    throw new InvalidConfig(
      'XPERT_REPORT_CLASH',
      clash ?? '',
      'set, or else one of XPERT_REPORT_XRAY and XPERT_REPORT_SING_BOX',
    );
  if (clash !== null) return { kind: 'clash', url: readClash(clash), secret: readSecret(value, cwd) };
  const count = value('REPORT_COUNT') ?? 'outbounds';
  if (count !== 'outbounds' && count !== 'users')
    throw new InvalidConfig('XPERT_REPORT_COUNT', count, 'outbounds or users');
  return xray === null ? { kind: 'sing-box', api: singBox ?? '', count } : { kind: 'xray', api: xray, count };
}

function readClash(text: string): URL {
  const wants = 'the address of the Clash API, for example http://127.0.0.1:9090';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '')
    throw new InvalidConfig('XPERT_REPORT_CLASH', url === null ? text : '…', wants);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/`;
  return url;
}

function readSecret(value: Value, cwd: string): string | null {
  const path = value('REPORT_CLASH_SECRET_FILE');
  if (path === null) return value('REPORT_CLASH_SECRET');
  try {
    return readFileSync(resolve(cwd, path), 'utf8').trim() || null;
  } catch {
    throw new InvalidConfig('XPERT_REPORT_CLASH_SECRET_FILE', path, 'a file that this user can read');
  }
}

function readServers(entries: readonly string[]): Map<string, Route> {
  return new Map(
    entries.map((entry) => {
      const [name, text] = halves(entry);
      const route = parseRoute(text);
      if (name === '' || route === null)
        throw new InvalidConfig('XPERT_REPORT_SERVERS', entry, `NAME=SERVER, and SERVER ${ROUTE}`);
      return [name, route] as const;
    }),
  );
}

function readUsers(entries: readonly string[]): Map<string, string> {
  return new Map(
    entries.map((entry) => {
      const [name, token] = halves(entry);
      if (name === '' || !TOKEN.test(token))
        throw new InvalidConfig('XPERT_REPORT_USERS', name, 'NAME=TOKEN, for example 192.168.1.20=alice-token');
      return [name, token] as const;
    }),
  );
}

function readToken(variable: string, token: string | null): string | null {
  if (token === null || TOKEN.test(token)) return token;
  throw new InvalidConfig(variable, '…', 'a user_token: 1 to 128 of A-Z a-z 0-9 . _ ~ @ : -');
}

function readRoute(variable: string, text: string | null): Route | null {
  const route = text === null ? null : parseRoute(text);
  if (text !== null && route === null) throw new InvalidConfig(variable, text, ROUTE);
  return route;
}

function readSeconds(variable: string, text: string, most: number): number {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds >= 0.1 && seconds <= most) return seconds;
  throw new InvalidConfig(variable, text, `a number of seconds up to ${most}`);
}

/** Names may hold spaces, but no comma. */
function list(text: string | null): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** At the last `=`: names of proxies may have one, servers and tokens have none. */
function halves(entry: string): [name: string, value: string] {
  const at = entry.lastIndexOf('=');
  return at < 0 ? ['', ''] : [entry.slice(0, at).trim(), entry.slice(at + 1).trim()];
}
