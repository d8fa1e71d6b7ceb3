import type { Notice } from '../inventory/node-operations.ts';
import type { AdminId, UserId } from '../units/ids.ts';
import { parseShareLink, renameShareLink, type ShareLink } from './share-link.ts';

/** What one source other than the links given out here adds to a user's subscription. */
export interface LinkPart {
  /** `node`: one of our nodes, by the user's peers there; `subscription`: somebody else's link. */
  readonly kind: 'node' | 'subscription';
  /** What its entries are marked with: the name of the node, or of the link. */
  readonly name: string;
  /** Secret. */
  readonly texts: readonly string[];
  readonly unreadable: number;
  /** When the source last said so; null: never yet. */
  readonly at: Date | null;
  /** The source did not answer in time, or failed: what is here is what it said before. */
  readonly isOld: boolean;
  /** Why nothing newer came; null: nothing is wrong. */
  readonly problem: Notice | null;
}

/** All that a user's subscription is made of. */
export interface UserLinks {
  /** Links given out here, as their admins named them. Secret. */
  readonly direct: readonly string[];
  readonly parts: readonly LinkPart[];
}

/** Port: what a user's subscription is made of, in bounded time whatever sources do. */
export interface LinkJoiner {
  linksOf(user: { readonly id: UserId; readonly ownerId: AdminId | null }): Promise<UserLinks>;
}

/** Entries of one part; clients become slow with thousands. */
const MOST_OF_PART = 1000;

/**
 * One list. Links given out here come first, every one of them and as they were given; entries of other sources follow in
 * the order of these, each marked with the name of its source, and one that is there already is not repeated.
 */
export function joinLinks({ direct, parts }: UserLinks): ShareLink[] {
  const joined = direct.map(parseShareLink).filter((link) => link !== null);
  const known = new Set(joined.map(withoutName));
  for (const { name, texts } of parts) {
    for (const link of readable(texts)) {
      const what = withoutName(link);
      if (known.has(what)) continue;
      known.add(what);
      joined.push(renameShareLink(link, marked(link, name)));
    }
  }
  return joined;
}

/** How many of a part's texts end up as entries before repeats are left out. */
export function readable(texts: readonly string[]): ShareLink[] {
  return texts
    .slice(0, MOST_OF_PART)
    .map(parseShareLink)
    .filter((link) => link !== null);
}

function marked({ name, host }: ShareLink, mark: string): string {
  const own = name.trim() === '' ? host : name.trim();
  return own === mark || own.endsWith(` · ${mark}`) ? own : `${own} · ${mark}`;
}

function withoutName(link: ShareLink): string {
  return renameShareLink(link, '').text;
}
