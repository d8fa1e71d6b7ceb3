import type { Notice } from '../inventory/node-operations.ts';
import type { AdminId, UserId } from '../units/ids.ts';
import { CONFIGS_NOT_TOLD, MOST_TEXTS } from './config-texts.ts';
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

/** Entries of one subscription, and texts that are looked at for them: those of many sources may all be the same. */
const MOST_ENTRIES = 2000;
const MOST_LOOKED_AT = 4000;

/**
 * One list. Links given out here come first, as they were given; entries of other sources follow in
 * the order of these, each marked with the name of its source, and one that is there already is not repeated. It ends where no client would read on.
 */
export function joinLinks(links: UserLinks): ShareLink[] {
  return joinEntries(links).map(({ link }) => link);
}

/** One line of a user's subscription. */
export interface JoinedEntry {
  readonly link: ShareLink;
  /** The node or subscription it was taken from; null: it is given out here. */
  readonly from: string | null;
}

/** The same with where each comes from. */
export function joinEntries({ direct, parts }: UserLinks): JoinedEntry[] {
  const given = direct
    .slice(0, MOST_ENTRIES)
    .map(parseShareLink)
    .filter((link) => link !== null);
  const joined: JoinedEntry[] = given.map((link) => ({ link, from: null }));
  const known = new Set(given.map(withoutName));
  const others = parts.flatMap(({ name, texts }) => texts.slice(0, MOST_TEXTS).map((text) => ({ name, text })));
  for (const { name, text } of others.slice(0, MOST_LOOKED_AT)) {
    if (joined.length >= MOST_ENTRIES) break;
    const link = parseShareLink(text);
    if (link === null) continue;
    const what = withoutName(link);
    if (known.has(what)) continue;
    known.add(what);
    joined.push({ link: renameShareLink(link, marked(link, name)), from: name });
  }
  return joined;
}

/** True where nothing is there only because a source has never answered: an empty list would be no answer. */
export function isUnknown(links: readonly ShareLink[], { parts }: UserLinks): boolean {
  return links.length === 0 && parts.some((part) => part.at === null && part.problem !== null && !tellsNothing(part));
}

/** The source answers, and has nothing to say about configurations: waiting for it leads nowhere. */
export function tellsNothing({ problem }: Pick<LinkPart, 'problem'>): boolean {
  return problem?.code === CONFIGS_NOT_TOLD;
}

function marked({ name, host }: ShareLink, mark: string): string {
  const own = name.trim() === '' ? host : name.trim();
  return own === mark || own.endsWith(` · ${mark}`) ? own : `${own} · ${mark}`;
}

function withoutName(link: ShareLink): string {
  return renameShareLink(link, '').text;
}
