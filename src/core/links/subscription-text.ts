import type { ConfigCopy } from './config-source.ts';
import type { GivenLink } from './link-store.ts';
import { decodeBase64, decodePercent, MAX_LINK, parseShareLink } from './share-link.ts';

/** Longer lists are cut: no client shows more. */
const MOST_LINES = 5000;

/**
 * Reads somebody else's subscription: links, one a line, plain or all of them in base64; comments are passed over.
 * @returns null where nothing of it is a configuration known here (a page, a profile of another kind, an error in words)
 */
export function parseSubscriptionText(body: string): Omit<ConfigCopy, 'etag'> | null {
  const text = body.replace(/^\uFEFF/, '').trim();
  const lines = (text.includes('://') ? text : (decodeBase64(text) ?? ''))
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:#|;|\/\/)/.test(line))
    .slice(0, MOST_LINES);
  const texts = lines.filter((line) => parseShareLink(line) !== null);
  return texts.length === 0 ? null : { texts, unreadable: lines.length - texts.length };
}

/** The address of somebody else's subscription, as a link is given: `https://…`, with `#name` for people or without. */
export type SubscriptionAddress = GivenLink & { readonly protocol: 'subscription' };

const ADDRESS = /^(https?):\/\/([^/?#\s@]+?)(?::(\d{1,5}))?(?:[/?][^#\s]*)?(?:#(\S*))?$/i;

/** @returns null for what is no web address; one with a user name in it is none that is fetched */
export function parseSubscriptionAddress(text: string): SubscriptionAddress | null {
  const trimmed = text.trim();
  const [, scheme = '', host = '', port, name = ''] = ADDRESS.exec(trimmed) ?? [];
  const number = Number(port ?? (scheme.toLowerCase() === 'https' ? 443 : 80));
  if (host === '' || trimmed.length > MAX_LINK || number < 1 || number > 65_535) return null;
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  const nothing = { credential: '', params: {} };
  return { protocol: 'subscription', host: bare, port: number, name: decodePercent(name), ...nothing, text: trimmed };
}

/** The same address under another name. */
export function renameAddress<L extends Pick<GivenLink, 'name' | 'text'>>(address: L, name: string): L {
  const bare = address.text.replace(/#.*$/, '');
  return { ...address, name, text: name === '' ? bare : `${bare}#${encodeURIComponent(name)}` };
}
