import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinLinks, type LinkPart } from './joined.ts';
import { encodeBase64, parseShareLink, renameShareLink, type ShareLink } from './share-link.ts';
import { parseSubscriptionAddress, parseSubscriptionText } from './subscription-text.ts';

const UUID = 'b831381d-6324-4d53-ad4f-8cda48b30811';

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const secret = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => encodeURIComponentOrNull(text) !== null);
const port = fc.integer({ min: 1, max: 65_535 });
const params = fc.dictionary(word, word, { maxKeys: 4, noNullPrototype: true });
const name = fc.string({ maxLength: 20, unit: 'grapheme' }).filter((text) => encodeURIComponentOrNull(text) !== null);

function encodeURIComponentOrNull(text: string): string | null {
  try {
    return encodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Links as panels write them, with what they say. */
const links = fc
  .record({
    kind: fc.constantFrom('vless', 'trojan', 'hysteria2', 'tuic', 'ss', 'vmess'),
    word,
    secret,
    port,
    params,
    name,
  })
  .map((said) => ({ ...said, text: textOf(said) }));

type Said = Readonly<{
  kind: string;
  word: string;
  secret: string;
  port: number;
  params: Record<string, string>;
  name: string;
}>;

function textOf({ kind, word: host, secret: credential, port: number, params: more, name: shown }: Said): string {
  if (kind === 'vmess') {
    const fields = { v: '2', ps: shown, add: `${host}.example`, port: number, id: credential, ...more };
    return `vmess://${encodeBase64(JSON.stringify(fields))}`;
  }
  const query = new URLSearchParams(more).toString();
  const rest = `@${host}.example:${number}${query === '' ? '' : `?${query}`}${shown === '' ? '' : `#${encodeURIComponent(shown)}`}`;
  if (kind === 'ss') return `ss://${encodeBase64(`aes-256-gcm:${credential}`).replace(/=+$/, '')}${rest}`;
  return `${kind}://${encodeURIComponent(credential)}${rest}`;
}

describe('a share link', () => {
  it('says what was written into it, and the same under another name', () => {
    fc.assert(
      fc.property(links, name, (said, other) => {
        fc.pre(!['ps', 'add', 'port', 'id', 'v'].some((key) => key in said.params));
        const link = parseShareLink(said.text) as ShareLink;
        const credential = said.kind === 'ss' ? `aes-256-gcm:${said.secret}` : said.secret;
        expect(link).toMatchObject({ host: `${said.word}.example`, port: said.port, name: said.name, credential });
        expect(link.params).toMatchObject(said.params);
        const renamed = renameShareLink(link, other);
        expect(parseShareLink(renamed.text)).toEqual(renamed);
        expect({ ...renamed, name: '', text: '' }).toEqual({ ...link, name: '', text: '' });
      }),
    );
  });
});

const part = (partName: string, texts: readonly string[]): LinkPart => {
  return { kind: 'node', name: partName, texts, unreadable: 0, at: null, isOld: false, problem: null };
};

describe('joinLinks', () => {
  const some = fc.array(
    links.map(({ text }) => text),
    { maxLength: 8 },
  );
  const parts = fc.array(fc.record({ name: word, texts: some }), { maxLength: 4 });

  it('begins with every link given out here, as it was given, whatever sources say', () => {
    fc.assert(
      fc.property(some, parts, (direct, others) => {
        const joined = joinLinks({ direct, parts: others.map((each) => part(each.name, each.texts)) });
        expect(joined.slice(0, direct.length).map(({ text }) => text)).toEqual(direct);
      }),
    );
  });

  it('keeps the order of what is left when a source falls silent, and marks everything of a source', () => {
    fc.assert(
      fc.property(some, parts, fc.nat(3), (direct, others, silent) => {
        const all = others.map((each) => part(each.name, each.texts));
        const marked = joinLinks({ direct, parts: all }).slice(direct.length);
        for (const link of marked) expect(all.some((each) => link.name.endsWith(each.name))).toBe(true);
        const fewer = joinLinks({ direct, parts: all.filter((_, i) => i !== silent) }).map(({ text }) => text);
        const kept = new Set(fewer);
        const both = joinLinks({ direct, parts: all })
          .map(({ text }) => text)
          .filter((text) => kept.has(text));
        expect(both).toEqual(fewer.filter((text) => both.includes(text)));
      }),
    );
  });

  it('ends after 2,000 entries, and after 4,000 texts that may all be the same', () => {
    const text = (n: number) => `vless://${UUID}@h${n}.example:443#${n}`;
    const thousand = (from: number) => Array.from({ length: 1_000 }, (_, n) => text(from + n));
    const parts = [0, 1, 2].map((n) => part(`p${n}`, thousand(n * 1_000)));
    const joined = joinLinks({ direct: [text(9_999)], parts });
    expect([joined.length, joined[0]?.text, joined.at(-1)?.host]).toEqual([2_000, text(9_999), 'h1998.example']);
    const same = Array.from({ length: 4 }, () => part('same', thousand(0)));
    expect(joinLinks({ direct: [], parts: [...same, part('late', [text(5_000)])] })).toHaveLength(1_000);
    expect(joinLinks({ direct: thousand(0).concat(thousand(1_000), [text(2_000)]), parts: [] })).toHaveLength(2_000);
  });

  it('repeats nothing that is there under another name', () => {
    const text = `vless://${UUID}@de.example:443`;
    const joined = joinLinks({
      direct: [`${text}#DE`],
      parts: [part('fra', [`${text}#Frankfurt`, `${text}?type=ws`])],
    });
    expect(joined.map(({ name: shown }) => shown)).toEqual(['DE', 'de.example · fra']);
  });
});

describe('a subscription of somebody else', () => {
  const text = `vless://${UUID}@de.example:443#DE`;

  it('is read plain and in base64, without comments', () => {
    const read = { texts: [text], unreadable: 1 };
    const lines = `\uFEFF#upload=1; download=2\r\n${text}\r\nssr://what\r\n`;
    expect(parseSubscriptionText(lines)).toEqual(read);
    expect(parseSubscriptionText(encodeBase64(`${text}\nssr://what\n`))).toEqual(read);
  });

  it.each([
    '',
    '<html><a href="https://example.com">x</a>',
    '{"outbounds":[]}',
    'proxies:\n- name: a\n',
    'bm90aGluZw==',
  ])('is none: %j', (body) => expect(parseSubscriptionText(body)).toBeNull());

  it('has an address of the web', () => {
    expect(parseSubscriptionAddress(' https://Sub.Example/a/b?t=1#My%20VPN ')).toMatchObject({
      ...{ protocol: 'subscription', host: 'sub.example', port: 443, name: 'My VPN' },
    });
    expect(parseSubscriptionAddress('http://[2001:db8::1]:8080')).toMatchObject({ host: '2001:db8::1', port: 8080 });
    for (const wrong of [
      'ftp://a/b',
      'https://',
      'https://user:pw@host/x',
      'https://host:99999/',
      'https://a b/',
      text,
    ])
      expect(parseSubscriptionAddress(wrong)).toBeNull();
  });
});
