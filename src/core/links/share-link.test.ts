import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64, parseShareLink, renameShareLink, serverOf } from './share-link.ts';

const UUID = 'b831381d-6324-4d53-ad4f-8cda48b30811';
const vmess = (fields: object) => `vmess://${encodeBase64(JSON.stringify(fields))}`;

describe('parseShareLink', () => {
  it('reads what panels give out', () => {
    const vless = `vless://${UUID}@de-1.example.com:443?type=ws&path=%2Fws&security=tls&sni=de-1.example.com#DE%20%E2%84%961`;
    expect(parseShareLink(vless)).toEqual({
      protocol: 'vless',
      host: 'de-1.example.com',
      port: 443,
      name: 'DE №1',
      credential: UUID,
      params: { type: 'ws', path: '/ws', security: 'tls', sni: 'de-1.example.com' },
      text: vless,
    });
    expect(parseShareLink('trojan://p%40ss@[2001:db8::1]:8443?sni=a#b')).toMatchObject({
      protocol: 'trojan',
      host: '2001:db8::1',
      port: 8443,
      credential: 'p@ss',
    });
    expect(parseShareLink('hy2://secret@h.example:443/?insecure=1')).toMatchObject({
      protocol: 'hysteria2',
      port: 443,
      name: '',
    });
    expect(parseShareLink(`tuic://${UUID}:pw@h.example:80?alpn=h3`)).toMatchObject({
      credential: `${UUID}:pw`,
      port: 80,
    });
  });

  it('reads Shadowsocks in its three spellings', () => {
    const expected = {
      protocol: 'shadowsocks',
      host: 's.example',
      port: 8388,
      credential: 'aes-256-gcm:pa:ss',
      name: 'x',
    };
    const userinfo = encodeBase64('aes-256-gcm:pa:ss').replace(/=+$/, '');
    expect(parseShareLink(`ss://${userinfo}@s.example:8388#x`)).toMatchObject(expected);
    expect(parseShareLink('ss://aes-256-gcm:pa%3Ass@s.example:8388#x')).toMatchObject(expected);
    expect(parseShareLink(`ss://${encodeBase64('aes-256-gcm:pa:ss@s.example:8388')}#x`)).toMatchObject(expected);
  });

  it('reads VMess, whose port may be text', () => {
    const text = vmess({
      v: '2',
      ps: 'Ника',
      add: '203.0.113.7',
      port: '443',
      id: UUID,
      aid: 0,
      net: 'ws',
      tls: 'tls',
    });
    expect(parseShareLink(text)).toMatchObject({
      host: '203.0.113.7',
      port: 443,
      name: 'Ника',
      credential: UUID,
      params: { v: '2', aid: '0', net: 'ws', tls: 'tls' },
    });
  });

  it('takes nothing else', () => {
    const wrong = [
      '',
      'https://example.com',
      'vless://nobody',
      `vless://${UUID}@host#no-port`,
      'vmess://?',
      'ss://x',
      `vless://@h:1`,
    ];
    for (const text of [...wrong, 'vless://a@h:99999', vmess({ add: 'h', id: UUID }), vmess([1]), `vless://a@h:1 b`]) {
      expect(parseShareLink(text), text).toBeNull();
    }
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('vless', 'vmess', 'ss', 'trojan', 'tuic', 'x'),
        fc.string({ unit: 'binary' }),
        (scheme, rest) => {
          parseShareLink(`${scheme}://${rest}`);
          parseShareLink(`${scheme}://${encodeBase64(rest)}`);
        },
      ),
    );
  });
});

describe('renameShareLink', () => {
  it('changes the name and nothing else', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(`vless://${UUID}@h.example:443?a=b#old`, vmess({ add: 'h', port: 1, id: UUID, x: 'y' })),
        fc.string({ unit: 'grapheme' }),
        (text, name) => {
          const link = parseShareLink(text);
          if (link === null) throw new Error('is a link');
          const renamed = parseShareLink(renameShareLink(link, name).text);
          expect({ ...renamed, text: '' }).toEqual({ ...link, name, text: '' });
        },
      ),
    );
  });
});

it('base64 of any text is read back, in both alphabets, padded or not', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      const encoded = encodeBase64(text);
      expect(decodeBase64(encoded)).toBe(text);
      expect(decodeBase64(encoded.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, ''))).toBe(text);
    }),
  );
});

it('a server is named as in usage', () => {
  expect(serverOf({ host: '2001:db8::1', port: 1 })).toBe('[2001:db8::1]:1');
  expect(serverOf({ host: 'a.example', port: 443 })).toBe('a.example:443');
});
