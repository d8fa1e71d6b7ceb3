import { eachHost } from './several-hosts.ts';

/**
 * Addresses of one server each, in order, of one that may name several, in either way that PostgreSQL's own programs know:
 * `postgres://USER@one:5432,two:5433/NAME` or `postgres:///NAME?host=one,two&port=5432,5433`. Ports: one for all, or one each.
 * Each of them is one that `URL` can parse, also where a user, but no server is named (`postgres://USER@/NAME?host=/run`).
 * @throws TypeError if it is no address
 */
export function serverAddresses(address: string): string[] {
  const [, begin = '', user, rest = ''] = /^([a-z]+:\/\/)([^@/?#]*)@([/?].*)$/is.exec(address) ?? [];
  const named = user === undefined ? eachHost(address) : [withUser(begin + rest, user)];
  const [url = new URL(address)] = named;
  if (named.length > 1) return named.map(checked);
  const hosts = url.searchParams.get('host')?.split(',') ?? [];
  if (hosts.length < 2) return [url.href];
  const ports = (url.searchParams.get('port') ?? url.port).split(',');
  if (ports.length > 1 && ports.length !== hosts.length) throw new TypeError('as many ports as hosts, or one');
  return hosts.map((host, i) => {
    const one = new URL(url);
    one.searchParams.set('host', host);
    const port = ports.length === 1 ? ports[0] : ports[i];
    if (port) one.searchParams.set('port', port);
    return one.href;
  });
}

function checked({ hostname, href }: URL): string {
  if (hostname === '') throw new TypeError('a server has no name');
  return href;
}

function withUser(address: string, userInfo: string): URL {
  const url = new URL(address);
  const [user = '', ...password] = userInfo.split(':');
  url.searchParams.set('user', decodeURIComponent(user));
  if (password.length > 0) url.searchParams.set('password', decodeURIComponent(password.join(':')));
  return url;
}
