import { SourceFailure } from '../errors.ts';
import type { ConfigCopy } from './config-source.ts';
import { parseShareLink } from './share-link.ts';

/** A copy of what a panel lists for one of its peers; anything else than configurations in it is counted. */
export function copyOfTexts(values: readonly unknown[]): ConfigCopy {
  const texts = values.filter((value) => typeof value === 'string' && parseShareLink(value) !== null) as string[];
  return { texts, unreadable: values.length - texts.length, etag: null };
}

/** The peer is not there any more, or gets nothing: a subscription goes on without it. */
export const NO_CONFIGS: ConfigCopy = Object.freeze({ texts: [], unreadable: 0, etag: null });

/** The source has no way to tell what clients connect with. */
export function tellsNone(what: string, hint: string): SourceFailure {
  return new SourceFailure('configs-not-told', `${what} does not tell the configurations of its users.`, { hint });
}
