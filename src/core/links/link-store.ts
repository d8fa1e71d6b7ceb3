import { InvalidInput } from '../errors.ts';
import type { Page } from '../ledger/usage-history.ts';
import type { AdminId, LinkId, UserId } from '../units/ids.ts';
import type { ShareLink, ShareProtocol } from './share-link.ts';

/** A configuration that is given out in subscriptions, without its secret. */
export interface LinkConfig {
  readonly id: LinkId;
  readonly name: string;
  /** `subscription`: somebody else's list of configurations, which is fetched. */
  readonly protocol: GivenLink['protocol'];
  /** As reports name it: usage of this server is usage through this link. */
  readonly server: string;
  readonly port: number;
  /** Who gets it; null: every user of `ownerId`. */
  readonly userId: UserId | null;
  readonly userName: string | null;
  /** The admin whose users get it; null: everybody's. */
  readonly ownerId: AdminId | null;
  readonly createdAt: Date;
}

/** A configuration, or the address of somebody else's subscription. */
export type GivenLink = Omit<ShareLink, 'protocol'> & { readonly protocol: ShareProtocol | 'subscription' };

export interface NewLink {
  readonly link: GivenLink;
  readonly userId: UserId | null;
  readonly ownerId: AdminId | null;
  readonly createdAt: Date;
}

/** What a link is to be from now on; what is absent stays. */
export interface LinkChange {
  readonly link?: GivenLink | undefined;
  readonly userId?: UserId | null | undefined;
}

export interface LinkQuery {
  /** Those that this admin manages; null: all there are. */
  readonly ownerId: AdminId | null;
  /** Given to all users of their admin, or to single ones; absent: both. */
  readonly to?: 'all' | 'single' | undefined;
  /** A part of the name, of the server or of the user's name. */
  readonly search?: string | undefined;
  readonly limit: number;
  readonly cursor: string | null;
}

/** One device that fetched a user's subscription. */
export interface LinkFetch {
  /** Tells devices of one user apart, and nothing else: a keyed digest. */
  readonly device: string;
  /** Name and version of the client. */
  readonly client: string;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly count: number;
}

/** Links of one reseller. */
export const MOST_LINKS = 1000;
/** Links of the owner: one for each of as many users as a single machine serves. */
export const MOST_LINKS_OF_OWNER = 100_000;
/** Subscriptions of others that one admin gives to one user, or to all. */
export const MOST_ADDRESSES_OF_ONE = 20;

/** @throws too-many-links, too-many-addresses */
export function checkRoom(
  { protocol, userId, ownerId }: Pick<LinkConfig, 'protocol' | 'userId' | 'ownerId'>,
  has: { readonly links: number; readonly addresses: number },
): void {
  const most = ownerId === null ? MOST_LINKS_OF_OWNER : MOST_LINKS;
  if (has.links >= most) {
    const hint = 'Delete what nobody needs any more.';
    throw new InvalidInput('/link', `${most} links are given out already.`, hint, 'too-many-links');
  }
  if (protocol !== 'subscription' || has.addresses < MOST_ADDRESSES_OF_ONE) return;
  const whom = userId === null ? 'to all users' : 'to this user';
  const message = `${MOST_ADDRESSES_OF_ONE} subscriptions of others are given ${whom} already.`;
  throw new InvalidInput('/link', message, 'Delete one first.', 'too-many-addresses');
}

/** Port: what subscriptions are made of. Links hold credentials: they are sealed at rest and come out for their user alone. */
export interface LinkStore {
  /** The oldest first: the order in which they are given out. */
  links(query: LinkQuery): Promise<Page<LinkConfig>>;
  link(id: LinkId): Promise<LinkConfig | null>;
  /** Secret: what these links are. Those sealed with a key that is not there any more are left out. */
  linkTexts(ids: readonly LinkId[]): Promise<ReadonlyMap<LinkId, string>>;
  /** @throws too-many-links, too-many-addresses */
  addLink(link: NewLink): Promise<LinkConfig>;
  /** It keeps its place in the order. @throws NotFound, too-many-addresses */
  changeLink(id: LinkId, change: LinkChange): Promise<LinkConfig>;
  /** @throws NotFound */
  deleteLink(id: LinkId): Promise<void>;
  /**
   * What this user's subscription holds: links of their admin and of the owner, for them, and for all. What another admin
   * gave them before they came to this one is not theirs any more.
   * Links sealed with a key that is not there any more are left out.
   */
  linksOf(userId: UserId, ownerId: AdminId | null): Promise<readonly string[]>;
  /** Notes that a device fetched. Courtesy: callers do not wait for it. */
  noteFetch(userId: UserId, fetch: Pick<LinkFetch, 'device' | 'client'>, at: Date): Promise<void>;
  /** Devices that fetched, the latest first; at most 100. */
  fetches(userId: UserId): Promise<LinkFetch[]>;
  /** Gives the user a new secret: every link and page with the old one answers 404 from then on. @throws NotFound */
  rotateLinkToken(userId: UserId, linkToken: string): Promise<void>;
}
