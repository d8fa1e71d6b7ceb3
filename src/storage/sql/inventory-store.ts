import type {
  Assignment,
  InventoryStore,
  NewNode,
  NewUser,
  PeerQuery,
  UserQuery,
} from '../../core/inventory/inventory-store.ts';
import type { AdminId, NodeId, PeerId, UserId } from '../../core/units/ids.ts';
import type { Asked } from './reader/asked.ts';
import type { InventoryReader } from './reader/inventory-reader.ts';
import type { UserReader } from './reader/user-reader.ts';
import type { SlowReader } from './slow-reader.ts';
import type { UserOrdering } from './user-orders.ts';
import type { UserSearch } from './user-search.ts';
import type { WriterLink } from './writer-link.ts';

/** Nodes, services, peers and users: writes go to the writer, reads see everything that was answered before them. */
export class SqlInventoryStore implements InventoryStore {
  readonly #reader: Asked<InventoryReader>;
  readonly #users: Asked<UserReader>;
  readonly #writer: WriterLink;
  readonly #ordering: UserOrdering;
  readonly #slow: SlowReader;
  readonly #search: UserSearch;

  constructor(
    { inventory, users }: { readonly inventory: Asked<InventoryReader>; readonly users: Asked<UserReader> },
    slow: SlowReader,
    writer: WriterLink,
    ordering: UserOrdering,
    search: UserSearch,
  ) {
    this.#reader = inventory;
    this.#users = users;
    this.#slow = slow;
    this.#writer = writer;
    this.#ordering = ordering;
    this.#search = search;
  }

  async nodes() {
    return this.#reader.nodes();
  }

  async node(id: NodeId) {
    return this.#reader.node(id);
  }

  addNode(node: NewNode) {
    return this.#writer.run('addNode', node);
  }

  updateNode(id: NodeId, change: Parameters<InventoryStore['updateNode']>[1]) {
    return this.#writer.run('updateNode', id, change);
  }

  deleteNode(id: NodeId, at: Date) {
    return this.#writer.run('deleteNode', id, at);
  }

  async services(nodeId?: NodeId) {
    return this.#reader.services(nodeId);
  }

  async pollStates() {
    return this.#reader.pollStates();
  }

  async agents(nodeId?: NodeId) {
    return this.#reader.agents(nodeId);
  }

  async peers(query: PeerQuery) {
    return this.#reader.peers(query);
  }

  peerSums(nodeIds: readonly NodeId[]) {
    return this.#slow.read('peerSums', nodeIds);
  }

  async peer(id: PeerId) {
    return this.#reader.peer(id);
  }

  async findPeer(text: string) {
    return this.#reader.findPeer(text);
  }

  async successions() {
    return this.#reader.successions();
  }

  assignPeers(assignments: readonly Assignment[]) {
    return this.#writer.run('assignPeers', assignments);
  }

  async users(query: UserQuery) {
    const { search: _, sort = 'name', ...filter } = query;
    const found = await this.#search.found(query);
    if (sort !== 'name') return await this.#ordering.page(filter, sort, found?.rows);
    return found === null ? this.#users.users(filter) : this.#users.usersAmong(found, filter);
  }

  async user(id: UserId) {
    return this.#users.user(id);
  }

  async findUser(text: string) {
    return this.#users.findUser(text);
  }

  async userByToken(userToken: string) {
    return this.#users.userByToken(userToken);
  }

  async userByLinkToken(linkToken: string) {
    return this.#users.userByLinkToken(linkToken);
  }

  addUser(user: NewUser) {
    return this.#writer.run('addUser', user);
  }

  addUsers(users: readonly NewUser[]) {
    return this.#writer.run('addUsers', users);
  }

  updateUser(id: UserId, change: Parameters<InventoryStore['updateUser']>[1]) {
    return this.#writer.run('updateUser', id, change);
  }

  deleteUser(id: UserId, at: Date) {
    return this.#writer.run('deleteUser', id, at);
  }

  rotateUserToken(id: UserId, userToken: string) {
    return this.#writer.run('rotateUserToken', id, userToken);
  }

  async counts(ownerId?: AdminId) {
    return this.#reader.counts(ownerId);
  }

  async peerCounts(userIds: readonly UserId[]) {
    return this.#reader.peerCounts(userIds);
  }

  async lastSeen(userIds: readonly UserId[]) {
    return this.#users.lastSeen(userIds);
  }

  async peersOnline(since: Date, ownerId?: AdminId) {
    return this.#reader.peersOnline(since, ownerId);
  }
}
