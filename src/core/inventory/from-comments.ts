import type { Peer } from './peer.ts';

/** Longest name that is taken from a comment. */
const MAX_NAME = 64;

/** Spaces, control characters and marks of direction; the joiners of Persian and of emoji belong to the name. */
const INVISIBLE = /[\p{Cc}\s\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/** The peers that a comment in the node's configuration gives to one user. */
export interface CommentedUser<P> {
  readonly name: string;
  readonly peers: readonly P[];
}

/**
 * Which peers belong to which user name, by the name that the source found in comments. Peers with the same name belong
 * to one user; letters' case and spaces do not tell names apart, the first spelling is kept. Peers without a name belong
 * to nobody yet.
 */
export function usersFromComments<P extends Pick<Peer, 'name'>>(peers: readonly P[]): CommentedUser<P>[] {
  const users = new Map<string, { readonly name: string; readonly peers: P[] }>();
  for (const peer of peers) {
    const name = userNameOf(peer.name);
    if (name === null) continue;
    const key = name.toLowerCase();
    const user = users.get(key);
    if (user === undefined) users.set(key, { name, peers: [peer] });
    else user.peers.push(peer);
  }
  return [...users.values()];
}

/** A peer's name as a user's name: one line, single spaces, at most 64 characters; null if nothing is left. */
export function userNameOf(name: string | null): string | null {
  const text = (name ?? '').normalize('NFC').replace(INVISIBLE, ' ').trim();
  return text === '' ? null : [...text].slice(0, MAX_NAME).join('').trim();
}
