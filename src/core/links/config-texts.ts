import { SourceFailure } from '../errors.ts';
import type { ConfigCopy } from './config-source.ts';
import { parseShareLink } from './share-link.ts';

/** A copy of what a panel lists for one of its peers; anything else than configurations in it is counted. */
export function copyOfTexts(values: readonly unknown[]): ConfigCopy {
  const texts = values.filter((value) => typeof value === 'string' && parseShareLink(value) !== null) as string[];
  return { texts, unreadable: values.length - texts.length, etag: null };
}

/** Entries of one source; clients become slow with thousands. */
export const MOST_TEXTS = 1000;
const MOST_BYTES = 512 * 1024;
const toBytes = new TextEncoder();
const fromBytes = new TextDecoder();

/** As much of a copy as is kept and given out: whoever writes the source decides how long it is. */
export function bounded<T extends ConfigCopy>(copy: T): T {
  const texts: string[] = [];
  let size = 0;
  for (const text of copy.texts.slice(0, MOST_TEXTS)) {
    const bytes = toBytes.encode(text);
    size += bytes.length;
    if (size > MOST_BYTES) break;
    // Written anew: a piece of a long answer holds all of it in memory.
    texts.push(fromBytes.decode(bytes));
  }
  return { ...copy, texts };
}

/** The peer is not there any more, or gets nothing: a subscription goes on without it. */
export const NO_CONFIGS: ConfigCopy = Object.freeze({ texts: [], unreadable: 0, etag: null });

/** Code of the failure of a source that has no way to tell what clients connect with, however often it is asked. */
export const CONFIGS_NOT_TOLD = 'configs-not-told';

/** The source has no way to tell what clients connect with. */
export function tellsNone(what: string, hint: string): SourceFailure {
  return new SourceFailure(CONFIGS_NOT_TOLD, `${what} does not tell the configurations of its users.`, { hint });
}
