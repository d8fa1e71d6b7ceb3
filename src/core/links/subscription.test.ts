import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64, parseShareLink, type ShareLink } from './share-link.ts';
import {
  base64Subscription,
  clashSubscription,
  explainingLink,
  plainSubscription,
  singBoxSubscription,
} from './subscription.ts';

const UUID = 'b831381d-6324-4d53-ad4f-8cda48b30811';
const links = [
  `vless://${UUID}@de.example:443?type=tcp&security=reality&sni=www.example.org&fp=chrome&pbk=KEY&sid=6b&flow=xtls-rprx-vision#DE`,
  `vless://${UUID}@nl.example:443?type=grpc&serviceName=g&security=tls&sni=nl.example&alpn=h2,http%2F1.1#DE`,
  `vmess://${encodeBase64(JSON.stringify({ ps: 'VM', add: 'fi.example', port: 80, id: UUID, net: 'ws', path: '/w', host: 'cdn.example', tls: '' }))}`,
  'trojan://pw@tr.example:443?sni=tr.example&type=ws&path=%2Ft#TR',
  `ss://${encodeBase64('aes-256-gcm:p:w')}@ss.example:8388#SS`,
  'hysteria2://pw@hy.example:443?sni=hy.example&obfs=salamander&obfs-password=o&insecure=1#HY',
  `tuic://${UUID}:pw@tu.example:443?congestion_control=bbr&alpn=h3&sni=tu.example#TU`,
  `vless://${UUID}@xh.example:443?type=xhttp&security=tls#XH`,
].map((text) => parseShareLink(text) as ShareLink);

describe('a subscription', () => {
  it('is the links as they were given, plain and in base64', () => {
    expect(plainSubscription(links)).toBe(links.map(({ text }) => `${text}\n`).join(''));
    expect(decodeBase64(base64Subscription(links))).toBe(plainSubscription(links));
  });

  it('for Clash has every link under a name of its own', () => {
    const { config, leftOut } = clashSubscription(links, 'Xpert');
    const profile = config as { proxies: Record<string, unknown>[]; 'proxy-groups': unknown };
    expect(profile.proxies.map(({ name }) => name)).toEqual(['DE', 'DE 2', 'VM', 'TR', 'SS', 'HY', 'TU']);
    expect(leftOut).toBe(1);
    expect(profile.proxies[0]).toEqual({
      ...{
        name: 'DE',
        type: 'vless',
        server: 'de.example',
        port: 443,
        udp: true,
        uuid: UUID,
        flow: 'xtls-rprx-vision',
      },
      ...{ tls: true, servername: 'www.example.org', 'client-fingerprint': 'chrome' },
      'reality-opts': { 'public-key': 'KEY', 'short-id': '6b' },
    });
    expect(profile.proxies[1]).toMatchObject({
      network: 'grpc',
      'grpc-opts': { 'grpc-service-name': 'g' },
      alpn: ['h2', 'http/1.1'],
    });
    expect(profile.proxies[2]).toEqual({
      ...{
        name: 'VM',
        type: 'vmess',
        server: 'fi.example',
        port: 80,
        udp: true,
        uuid: UUID,
        alterId: 0,
        cipher: 'auto',
      },
      ...{ network: 'ws', 'ws-opts': { path: '/w', headers: { Host: 'cdn.example' } } },
    });
    expect(profile.proxies[4]).toMatchObject({ type: 'ss', cipher: 'aes-256-gcm', password: 'p:w' });
    expect(profile['proxy-groups']).toEqual([
      { name: 'Xpert', type: 'select', proxies: ['DE', 'DE 2', 'VM', 'TR', 'SS', 'HY', 'TU'] },
    ]);
  });

  it('for sing-box leaves out what it has no transport for', () => {
    const { config, leftOut } = singBoxSubscription(links, 'Xpert');
    const profile = config as { outbounds: Record<string, unknown>[] };
    expect(leftOut).toBe(1);
    expect(profile.outbounds.map(({ tag }) => tag)).toEqual([
      'Xpert',
      'DE',
      'DE 2',
      'VM',
      'TR',
      'SS',
      'HY',
      'TU',
      'direct',
    ]);
    expect(profile.outbounds[1]).toEqual({
      ...{ type: 'vless', tag: 'DE', server: 'de.example', server_port: 443, uuid: UUID, flow: 'xtls-rprx-vision' },
      tls: {
        ...{ enabled: true, server_name: 'www.example.org', utls: { enabled: true, fingerprint: 'chrome' } },
        reality: { enabled: true, public_key: 'KEY', short_id: '6b' },
      },
    });
    expect(profile.outbounds[6]).toMatchObject({
      obfs: { type: 'salamander', password: 'o' },
      tls: { insecure: true },
    });
    expect(profile.outbounds[7]).toMatchObject({ uuid: UUID, password: 'pw', congestion_control: 'bbr' });
  });

  it.each([
    ['vless://u@h.example:1?type=kcp&security=none', false, false],
    ['vless://u@h.example:1?type=tcp&headerType=http&host=a.example&path=%2Fx', true, false],
    ['vless://u@h.example:1?type=quic', false, true],
    ['trojan://u@h.example:1?type=h2&host=a.example', true, true],
    ['ss://YWVzLTI1Ni1nY206cHc@h.example:1?plugin=obfs-local%3Bobfs%3Dhttp%3Bobfs-host%3Da.example', true, true],
    ['ss://YWVzLTI1Ni1nY206cHc@h.example:1?plugin=v2ray-plugin%3Btls%3Bhost%3Da.example', true, true],
    ['ss://YWVzLTI1Ni1nY206cHc@h.example:1?plugin=v2ray-plugin%3Bmode%3Dquic', false, true],
    ['ss://YWVzLTI1Ni1nY206cHc@h.example:1?plugin=kcptun', false, false],
  ])('of %s: in Clash %s, in sing-box %s, and never as something else', (text, inClash, inSingBox) => {
    const link = parseShareLink(text) as ShareLink;
    expect([clashSubscription([link], 'X').leftOut, singBoxSubscription([link], 'X').leftOut]).toEqual([
      inClash ? 0 : 1,
      inSingBox ? 0 : 1,
    ]);
  });

  it('keeps plugins with their options', () => {
    const link = parseShareLink(
      'ss://YWVzLTI1Ni1nY206cHc@h.example:1?plugin=v2ray-plugin%3Btls%3Bhost%3Da.example%3Bpath%3D%2Fa%3Db#P',
    ) as ShareLink;
    expect(clashSubscription([link], 'X').config).toMatchObject({
      proxies: [{ 'plugin-opts': { mode: 'websocket', tls: true, host: 'a.example', path: '/a=b' } }],
    });
    expect(singBoxSubscription([link], 'X').config).toMatchObject({
      outbounds: [{}, { plugin: 'v2ray-plugin', plugin_opts: 'tls;host=a.example;path=/a=b' }, {}],
    });
  });

  it('without links is still a profile that clients take', () => {
    expect(clashSubscription([], 'Xpert').config).toMatchObject({ 'proxy-groups': [{ proxies: ['REJECT'] }] });
    expect(singBoxSubscription([], 'Xpert').config).toMatchObject({
      outbounds: [{ outbounds: ['direct'] }, { tag: 'direct' }],
    });
    expect(plainSubscription([])).toBe('');
  });

  it('explains itself in the name of an entry that leads nowhere', () => {
    const link = explainingLink('Лимит исчерпан');
    expect(parseShareLink(link.text)).toMatchObject({ host: '127.0.0.1', name: 'Лимит исчерпан' });
  });
});
