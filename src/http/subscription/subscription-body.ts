import { parseShareLink, type ShareLink } from '../../core/links/share-link.ts';
import {
  base64Subscription,
  clashSubscription,
  plainSubscription,
  singBoxSubscription,
} from '../../core/links/subscription.ts';
import type { SubscriptionFormat } from '../../core/links/subscription-format.ts';

export interface SubscriptionText {
  readonly type: string;
  readonly text: string;
}

/** Writes links down for a client. Links of kinds that we cannot read are passed on only where the text is passed on. */
export async function writeSubscription(
  format: SubscriptionFormat,
  texts: readonly string[],
  title: string,
): Promise<SubscriptionText> {
  const links = texts.map(parseShareLink).filter((link): link is ShareLink => link !== null);
  if (format === 'plain') return { type: 'text/plain; charset=utf-8', text: plainSubscription(links) };
  if (format === 'base64') return { type: 'text/plain; charset=utf-8', text: base64Subscription(links) };
  if (format === 'sing-box') {
    const text = `${JSON.stringify(singBoxSubscription(links, title), null, 2)}\n`;
    return { type: 'application/json; charset=utf-8', text };
  }
  // Loaded when the first client asks for it: most servers never need it.
  const { default: yaml } = await import('yaml');
  return { type: 'text/yaml; charset=utf-8', text: yaml.stringify(clashSubscription(links, title)) };
}
