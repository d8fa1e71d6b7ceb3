/** How a subscription is written down. `base64` is what most clients take: all links, encoded as one text. */
export type SubscriptionFormat = 'base64' | 'plain' | 'clash' | 'sing-box';

const NAMED: ReadonlyMap<string, SubscriptionFormat> = new Map([
  ['base64', 'base64'],
  ['plain', 'plain'],
  ['clash', 'clash'],
  ['clash-meta', 'clash'],
  ['mihomo', 'clash'],
  ['sing-box', 'sing-box'],
  ['singbox', 'sing-box'],
]);

/** Clients by a word of their User-Agent; the first that fits decides. */
const BY_CLIENT: readonly (readonly [pattern: RegExp, format: SubscriptionFormat])[] = [
  [/\b(?:sing-box|SFA|SFI|SFM|SFT|hiddify(?:next)?|karing)\b/i, 'sing-box'],
  [/\b(?:clash|mihomo|stash|flclash|nekobox\/clash|koala-clash|prizrak-box)/i, 'clash'],
];

/** The format somebody asked for by name; `universal`, unknown names and none at all go by the client. */
export function chooseFormat(wanted: string | undefined, userAgent: string): SubscriptionFormat {
  const named = wanted === undefined ? undefined : NAMED.get(wanted.toLowerCase());
  return named ?? BY_CLIENT.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'base64';
}

/** Name and version of a client, as far as it is worth remembering: `v2rayNG/1.9`; never the whole text. */
export function clientName(userAgent: string): string {
  const match = /^([A-Za-z][A-Za-z0-9 ._-]{0,39}?)(?:\/v?(\d{1,4}(?:\.\d{1,4})?))?(?:[\s/(.;]|$)/.exec(userAgent);
  if (match?.[1] === undefined) return 'unknown';
  return match[2] === undefined ? match[1].trim() : `${match[1].trim()}/${match[2]}`;
}
