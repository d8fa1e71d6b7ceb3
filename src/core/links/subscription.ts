import { type Config, toClashProxy, toSingBoxOutbound } from './client-config.ts';
import { encodeBase64, renameShareLink, type ShareLink } from './share-link.ts';

/** All links, one a line. */
export function plainSubscription(links: readonly ShareLink[]): string {
  return links.map(({ text }) => `${text}\n`).join('');
}

/** The same encoded as one text, as most clients take it. */
export function base64Subscription(links: readonly ShareLink[]): string {
  return encodeBase64(plainSubscription(links));
}

/** A profile, and how many entries it has no form for: they are not in it. */
export interface Profile {
  readonly config: Config;
  readonly leftOut: number;
}

/** A profile of Clash Meta (mihomo): one group to choose from, everything through it. */
export function clashSubscription(links: readonly ShareLink[], title: string): Profile {
  const proxies = withoutNull(unique(links, [title, 'DIRECT', 'REJECT']).map(toClashProxy));
  const names = proxies.map(({ name }) => String(name));
  const config: Config = {
    mode: 'rule',
    proxies,
    // A group without members is refused by the client, and with it the whole profile.
    'proxy-groups': [{ name: title, type: 'select', proxies: names.length === 0 ? ['REJECT'] : names }],
    rules: [`MATCH,${title}`],
  };
  return { config, leftOut: links.length - proxies.length };
}

/** A profile of sing-box 1.11 or newer for its own apps: a tunnel, one selector, everything through it. */
export function singBoxSubscription(links: readonly ShareLink[], title: string): Profile {
  const outbounds = withoutNull(unique(links, [title, 'direct']).map(toSingBoxOutbound));
  const tags = outbounds.map(({ tag }) => String(tag));
  const config: Config = {
    inbounds: [
      {
        type: 'tun',
        tag: 'tun',
        address: ['172.19.0.1/30', 'fdfe:dcba:9876::1/126'],
        auto_route: true,
        strict_route: true,
      },
    ],
    outbounds: [
      { type: 'selector', tag: title, outbounds: tags.length === 0 ? ['direct'] : tags },
      ...outbounds,
      { type: 'direct', tag: 'direct' },
    ],
    route: { final: title, auto_detect_interface: true },
  };
  return { config, leftOut: links.length - outbounds.length };
}

/** Names tell entries apart in both clients: a second one of the same name gets a number. */
function unique(links: readonly ShareLink[], taken: readonly string[]): ShareLink[] {
  const names = new Set(taken);
  return links.map((link) => {
    const wanted = link.name === '' ? link.host : link.name;
    let name = wanted;
    for (let n = 2; names.has(name); n++) name = `${wanted} ${n}`;
    names.add(name);
    return name === link.name ? link : renameShareLink(link, name);
  });
}

function withoutNull<T>(values: readonly (T | null)[]): T[] {
  return values.filter((value) => value !== null);
}

/** Instead of configurations: one entry that connects nowhere and whose name says why. */
export function explainingLink(words: string): ShareLink {
  const credential = '00000000-0000-0000-0000-000000000000';
  const link: ShareLink = {
    ...{ protocol: 'vless', host: '127.0.0.1', port: 1, name: '', credential, params: {} },
    text: `vless://${credential}@127.0.0.1:1?type=tcp`,
  };
  return renameShareLink(link, words);
}
