import type { ShareLink } from '../../core/links/share-link.ts';
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
  /** Entries that the format has no form for. */
  readonly leftOut: number;
}

/**
 * Writes links down for a client. `notesOf`: what it should know about them, and about how many are left out, where the format
 * has room for comments.
 */
export async function writeSubscription(
  format: SubscriptionFormat,
  links: readonly ShareLink[],
  title: string,
  notesOf: (leftOut: number) => readonly string[],
): Promise<SubscriptionText> {
  const type = 'text/plain; charset=utf-8';
  if (format === 'plain') return { type, text: plainSubscription(links), leftOut: 0 };
  if (format === 'base64') return { type, text: base64Subscription(links), leftOut: 0 };
  if (format === 'sing-box') {
    const { config, leftOut } = singBoxSubscription(links, title);
    const text = `${JSON.stringify(config, null, 2)}\n`;
    return { type: 'application/json; charset=utf-8', text, leftOut };
  }
  const { config, leftOut } = clashSubscription(links, title);
  const comments = notesOf(leftOut)
    .map((note) => `# ${note.replaceAll(/\p{C}+/gu, ' ')}\n`)
    .join('');
  // Loaded when the first client asks for it: most servers never need it.
  const { default: yaml } = await import('yaml');
  return { type: 'text/yaml; charset=utf-8', text: `${comments}${yaml.stringify(config)}`, leftOut };
}
