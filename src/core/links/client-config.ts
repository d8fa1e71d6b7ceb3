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
      return clashTransported(
        { ...base, type: 'vless', uuid: link.credential, ...some('flow', params.flow), ...clashTls(params) },
        params,
      );
    case 'vmess':
      return clashTransported(
        {
          ...{ ...base, type: 'vmess', uuid: link.credential, alterId: Number(params.aid ?? 0) || 0 },
          ...{ cipher: params.scy || 'auto', ...clashTls(fromVmess(params)) },
        },
        fromVmess(params),
      );
    case 'trojan':
      return clashTransported(
        { ...base, type: 'trojan', password: link.credential, ...clashTls({ security: 'tls', ...params }, 'sni') },
        params,
      );
    case 'shadowsocks': {
      const [cipher, password] = methodAndPassword(link.credential);
      const plugin = clashPlugin(params.plugin);
      return plugin === null ? null : { ...base, type: 'ss', cipher, password, ...plugin };
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
        ...some('udp-relay-mode', params.udp_relay_mode),
        ...(isTrue(params.allow_insecure) ? { 'skip-cert-verify': true } : {}),
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
      const plugin = singBoxPlugin(params.plugin);
      return plugin === null ? null : { type: 'shadowsocks', ...base, method, password, ...plugin };
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
        ...some('udp_relay_mode', params.udp_relay_mode),
        tls: {
          ...{ enabled: true, ...some('server_name', params.sni), ...list('alpn', params.alpn) },
          ...(isTrue(params.allow_insecure) ? { insecure: true } : {}),
        },
      };
    }
  }
}

type Params = Readonly<Record<string, string>>;

/** VMess links of v2rayN name things their own way. */
function fromVmess(params: Params): Params {
  const { net, tls, fp, type: headerType, ...rest } = params;
  return {
    ...{ ...rest, ...some('type', net), ...some('security', tls) },
    ...{ ...some('fp', fp), ...some('headerType', headerType) },
  };
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

/** Null for a transport that it does not have (mKCP, QUIC, XHTTP): a proxy without it would connect to nothing. */
function clashNetwork(params: Params): Config | null {
  const { type, path, host, serviceName, headerType } = params;
  const headers = host ? { headers: { Host: host } } : {};
  if (isPlainTcp(type)) {
    if (headerType !== 'http') return {};
    return {
      network: 'http',
      'http-opts': { ...list('path', path), ...(host ? { headers: list('Host', host) } : {}) },
    };
  }
  if (type === 'ws') return { network: 'ws', 'ws-opts': { path: path || '/', ...headers } };
  if (type === 'httpupgrade') {
    return { network: 'ws', 'ws-opts': { path: path || '/', ...headers, 'v2ray-http-upgrade': true } };
  }
  if (type === 'grpc') return { network: 'grpc', 'grpc-opts': { 'grpc-service-name': serviceName ?? path ?? '' } };
  if (type === 'h2' || type === 'http')
    return { network: 'h2', 'h2-opts': { ...list('host', host), path: path || '/' } };
  return null;
}

function clashTransported(proxy: Config, params: Params): Config | null {
  const network = clashNetwork(params);
  return network === null ? null : { ...proxy, ...network };
}

function isPlainTcp(type: string | undefined): boolean {
  return type === undefined || type === '' || type === 'tcp' || type === 'raw';
}

/** Null for a transport that sing-box does not have (mKCP, XHTTP, TCP that looks like HTTP). */
function transported(outbound: Config, params: Params): Config | null {
  const { type, path, host, serviceName, headerType } = params;
  const tls = singBoxTls(params);
  if (isPlainTcp(type)) return headerType === 'http' ? null : { ...outbound, ...tls };
  const headers = host ? { headers: { Host: host } } : {};
  if (type === 'ws') return { ...outbound, ...tls, transport: { type: 'ws', path: path || '/', ...headers } };
  if (type === 'httpupgrade') {
    return { ...outbound, ...tls, transport: { type: 'httpupgrade', path: path || '/', ...some('host', host) } };
  }
  if (type === 'grpc') {
    return { ...outbound, ...tls, transport: { type: 'grpc', service_name: serviceName ?? path ?? '' } };
  }
  if (type === 'h2' || type === 'http') {
    return { ...outbound, ...tls, transport: { type: 'http', ...list('host', host), path: path || '/' } };
  }
  if (type === 'quic') return { ...outbound, ...tls, transport: { type: 'quic' } };
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

/** `plugin` of SIP003: `obfs-local;obfs=http;obfs-host=example.com`. Null for one that the client does not have. */
function clashPlugin(plugin: string | undefined): Config | null {
  if (plugin === undefined || plugin === '') return {};
  const { name, options } = pluginOf(plugin);
  if (name === 'obfs') {
    const opts = { ...some('mode', options.obfs), ...some('host', options['obfs-host']) };
    return { plugin: 'obfs', 'plugin-opts': opts };
  }
  if (name !== 'v2ray-plugin' || (options.mode ?? 'websocket') !== 'websocket') return null;
  const tls = options.tls === undefined ? {} : { tls: true };
  const opts = { mode: 'websocket', ...tls, ...some('host', options.host), ...some('path', options.path) };
  return { plugin: 'v2ray-plugin', 'plugin-opts': opts };
}

function singBoxPlugin(plugin: string | undefined): Config | null {
  if (plugin === undefined || plugin === '') return {};
  const { name, text } = pluginOf(plugin);
  if (name !== 'obfs' && name !== 'v2ray-plugin') return null;
  return { plugin: name === 'obfs' ? 'obfs-local' : name, ...some('plugin_opts', text) };
}

function pluginOf(plugin: string): { readonly name: string; readonly text: string; readonly options: Params } {
  const [first = '', ...rest] = plugin.split(';');
  const options = rest.map((each) => [
    each.split('=', 1)[0] ?? '',
    each.includes('=') ? each.replace(/^[^=]*=/, '') : '',
  ]);
  const name = first === 'obfs-local' || first === 'simple-obfs' ? 'obfs' : first;
  return { name, text: rest.join(';'), options: Object.fromEntries(options) };
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
