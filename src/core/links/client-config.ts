import type { ShareLink } from './share-link.ts';

/** A value as JSON and YAML both have it. */
export type Config = { readonly [key: string]: ConfigValue };
type ConfigValue = string | number | boolean | readonly ConfigValue[] | Config;

/** A proxy of Clash Meta (mihomo): wiki.metacubex.one, config/proxies. Null for what it has no form of. */
export function toClashProxy(link: ShareLink): Config | null {
  const { params, host, port, name } = link;
  const base = { name, server: host, port, udp: true };
  switch (link.protocol) {
    case 'vless':
      return {
        ...base,
        type: 'vless',
        uuid: link.credential,
        ...some('flow', params.flow),
        ...clashTls(params),
        ...clashNetwork(params),
      };
    case 'vmess':
      return {
        ...{ ...base, type: 'vmess', uuid: link.credential, alterId: Number(params.aid ?? 0) || 0 },
        ...{ cipher: params.scy || 'auto', ...clashTls(fromVmess(params)), ...clashNetwork(fromVmess(params)) },
      };
    case 'trojan':
      return {
        ...base,
        type: 'trojan',
        password: link.credential,
        ...clashTls({ security: 'tls', ...params }, 'sni'),
        ...clashNetwork(params),
      };
    case 'shadowsocks': {
      const [cipher, password] = methodAndPassword(link.credential);
      return params.plugin === undefined ? { ...base, type: 'ss', cipher, password } : null;
    }
    case 'hysteria2':
      return {
        ...{ name, type: 'hysteria2', server: host, port, password: link.credential },
        ...some('sni', params.sni),
        ...some('obfs', params.obfs),
        ...some('obfs-password', params['obfs-password']),
        ...(isTrue(params.insecure) ? { 'skip-cert-verify': true } : {}),
      };
    case 'tuic': {
      const [uuid, password] = methodAndPassword(link.credential);
      return {
        ...{ name, type: 'tuic', server: host, port, uuid, password },
        ...some('sni', params.sni),
        ...list('alpn', params.alpn),
        ...some('congestion-controller', params.congestion_control),
      };
    }
  }
}

/** An outbound of sing-box: sing-box.sagernet.org, configuration/outbound. Null for what it has no form of. */
export function toSingBoxOutbound(link: ShareLink): Config | null {
  const { params, host, port, name } = link;
  const base = { tag: name, server: host, server_port: port };
  switch (link.protocol) {
    case 'vless':
      return transported({ type: 'vless', ...base, uuid: link.credential, ...some('flow', params.flow) }, params);
    case 'vmess':
      return transported(
        {
          ...{ type: 'vmess', ...base, uuid: link.credential },
          ...{ security: params.scy || 'auto', alter_id: Number(params.aid ?? 0) || 0 },
        },
        fromVmess(params),
      );
    case 'trojan':
      return transported({ type: 'trojan', ...base, password: link.credential }, { security: 'tls', ...params });
    case 'shadowsocks': {
      const [method, password] = methodAndPassword(link.credential);
      return params.plugin === undefined ? { type: 'shadowsocks', ...base, method, password } : null;
    }
    case 'hysteria2':
      return {
        ...{ type: 'hysteria2', ...base, password: link.credential },
        ...(params.obfs ? { obfs: { type: params.obfs, password: params['obfs-password'] ?? '' } } : {}),
        tls: {
          enabled: true,
          ...some('server_name', params.sni),
          ...(isTrue(params.insecure) ? { insecure: true } : {}),
        },
      };
    case 'tuic': {
      const [uuid, password] = methodAndPassword(link.credential);
      return {
        ...{ type: 'tuic', ...base, uuid, password },
        ...some('congestion_control', params.congestion_control),
        tls: { enabled: true, ...some('server_name', params.sni), ...list('alpn', params.alpn) },
      };
    }
  }
}

type Params = Readonly<Record<string, string>>;

/** VMess links of v2rayN name things their own way. */
function fromVmess(params: Params): Params {
  const { net, tls, fp, ...rest } = params;
  return { ...rest, ...some('type', net), ...some('security', tls), ...some('fp', fp) };
}

function clashTls(params: Params, serverName: 'servername' | 'sni' = 'servername'): Config {
  if (params.security !== 'tls' && params.security !== 'reality') return {};
  return {
    tls: true,
    ...some(serverName, params.sni),
    ...some('client-fingerprint', params.fp),
    ...list('alpn', params.alpn),
    ...(isTrue(params.allowInsecure) ? { 'skip-cert-verify': true } : {}),
    ...(params.security === 'reality'
      ? { 'reality-opts': { ...some('public-key', params.pbk), ...some('short-id', params.sid) } }
      : {}),
  };
}

function clashNetwork(params: Params): Config {
  const { type, path, host, serviceName } = params;
  const headers = host ? { headers: { Host: host } } : {};
  if (type === 'ws') return { network: 'ws', 'ws-opts': { path: path || '/', ...headers } };
  if (type === 'httpupgrade') {
    return { network: 'ws', 'ws-opts': { path: path || '/', ...headers, 'v2ray-http-upgrade': true } };
  }
  if (type === 'grpc') return { network: 'grpc', 'grpc-opts': { 'grpc-service-name': serviceName ?? path ?? '' } };
  return {};
}

/** Null for a transport that sing-box does not have (mKCP, XHTTP). */
function transported(outbound: Config, params: Params): Config | null {
  const { type, path, host, serviceName } = params;
  const tls = singBoxTls(params);
  if (type === undefined || type === 'tcp' || type === 'raw') return { ...outbound, ...tls };
  const headers = host ? { headers: { Host: host } } : {};
  if (type === 'ws') return { ...outbound, ...tls, transport: { type: 'ws', path: path || '/', ...headers } };
  if (type === 'httpupgrade') {
    return { ...outbound, ...tls, transport: { type: 'httpupgrade', path: path || '/', ...some('host', host) } };
  }
  if (type === 'grpc') {
    return { ...outbound, ...tls, transport: { type: 'grpc', service_name: serviceName ?? path ?? '' } };
  }
  return null;
}

function singBoxTls(params: Params): Config {
  if (params.security !== 'tls' && params.security !== 'reality') return {};
  const reality = { enabled: true, ...some('public_key', params.pbk), ...some('short_id', params.sid) };
  return {
    tls: {
      enabled: true,
      ...some('server_name', params.sni),
      ...list('alpn', params.alpn),
      ...(isTrue(params.allowInsecure) ? { insecure: true } : {}),
      ...(params.fp ? { utls: { enabled: true, fingerprint: params.fp } } : {}),
      ...(params.security === 'reality' ? { reality } : {}),
    },
  };
}

function methodAndPassword(credential: string): [string, string] {
  const at = credential.indexOf(':');
  return at < 0 ? [credential, ''] : [credential.slice(0, at), credential.slice(at + 1)];
}

function some(key: string, value: string | undefined): Params {
  return value === undefined || value === '' ? {} : { [key]: value };
}

function list(key: string, value: string | undefined): Config {
  return value === undefined || value === '' ? {} : { [key]: value.split(',').map((entry) => entry.trim()) };
}

function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}
