import { NotFound } from '../core/errors.ts';
import type { Api } from './api.ts';
import { WrongUse } from './output.ts';

export interface NodeItem {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

export interface UserItem {
  readonly id: string;
  readonly name: string;
  readonly userToken: string;
}

export interface PeerItem {
  readonly id: string;
  readonly key: string;
  readonly name: string | null;
}

/** A node by name, slug or id. */
export async function findNode<T extends NodeItem>(api: Api, which: string): Promise<T> {
  const { items } = await api.get<{ items: T[] }>('/api/v1/nodes');
  const node = items.find(({ id, slug, name }) => which === name || which === slug || which === id);
  if (node === undefined) throw new NotFound('node', which, 'xpert node list shows them.');
  return node;
}

/** A user by name, user_token or id. */
export async function findUser<T extends UserItem>(api: Api, which: string): Promise<T> {
  const items = await api.all<T>(`/api/v1/users?limit=100&search=${encodeURIComponent(which)}`);
  const user = items.find(({ id, name, userToken }) => which === name || which === userToken || which === id);
  return user ?? (await byId<T>(api, `/api/v1/users/${encodeURIComponent(which)}`, 'user', which));
}

/** A peer by key, id, or a name that only one peer has. */
export async function findPeer<T extends PeerItem>(api: Api, which: string): Promise<T> {
  const items = await api.all<T>(`/api/v1/peers?ended=true&limit=100&search=${encodeURIComponent(which)}`);
  const exact = items.filter(({ id, key, name }) => which === id || which === key || which === name);
  const [peer] = exact;
  if (exact.length > 1)
    throw new WrongUse(
      `${exact.length} peers are called "${which}".`,
      `Name one by its id: ${exact.map(({ id }) => id).join(', ')}`,
    );
  if (peer === undefined) throw new NotFound('peer', which, 'xpert peer list shows them.');
  return peer;
}

async function byId<T>(api: Api, path: string, what: string, which: string): Promise<T> {
  try {
    return await api.get<T>(path);
  } catch {
    throw new NotFound(what, which, `xpert ${what} list shows them.`);
  }
}
