import { NotFound, Taken } from '../../../core/errors.ts';
import type { InventoryStore, NewNode } from '../../../core/inventory/inventory-store.ts';
import type { Node } from '../../../core/inventory/node.ts';
import { freeSlug, slugOf } from '../../../core/inventory/slug.ts';
import type { NewId, NodeId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';
import { type NodeRow, nodeColumns, toNode } from '../rows.ts';
import type { PollOutcomes } from './poll-outcomes.ts';
import type { Quotas } from './quotas.ts';

type NodeChange = Parameters<InventoryStore['updateNode']>[1];

/** Nodes come, change and go; their services, peers and history stay. */
export class Nodes {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #outcomes: PollOutcomes;
  readonly #quotas: Pick<Quotas, 'groupsChanged'>;
  readonly #newId: NewId;

  constructor(db: Database, outcomes: PollOutcomes, quotas: Pick<Quotas, 'groupsChanged'>, newId: NewId) {
    this.#sql = prepare(db);
    this.#outcomes = outcomes;
    this.#quotas = quotas;
    this.#newId = newId;
  }

  add(node: NewNode): Node {
    this.#refuseTakenName(node.name);
    const id = this.#newId();
    const slug = this.#freeSlug(node.slug ?? slugOf(node.name));
    const { name, description, source, pollIntervalMs, opening, usersPolicy, linkMbit = null, tags = [] } = node;
    const options = JSON.stringify(source.options);
    const at = node.createdAt.getTime();
    const { kind } = source;
    const words = JSON.stringify(tags);
    const how = [pollIntervalMs, opening, usersPolicy, linkMbit, words] as const;
    this.#sql.add.run(id, name, slug, description, kind, options, ...how, at);
    return this.#node(id);
  }

  update(id: NodeId, change: NodeChange): Node {
    const before = this.#node(id);
    const { name, description, source, pollIntervalMs, usersPolicy, linkMbit, tags } = { ...before, ...change };
    if (name !== before.name) this.#refuseTakenName(name);
    const words = JSON.stringify(tags);
    const options = JSON.stringify(source.options);
    this.#sql.update.run(name, description, source.kind, options, pollIntervalMs, usersPolicy, linkMbit, words, id);
    if (words !== JSON.stringify(before.tags)) this.#quotas.groupsChanged();
    return this.#node(id);
  }

  delete(id: NodeId, at: Date): void {
    this.#node(id);
    this.#sql.delete.run(at.getTime(), id);
    this.#outcomes.closeGap(id, at.getTime());
  }

  #refuseTakenName(name: string): void {
    if (this.#sql.nameExists.get(name) === undefined) return;
    throw new Taken('name-taken', `There is already a node named "${name}".`, 'Choose another name.');
  }

  /** Slugs are unique among living nodes: "vpn 1" beside "vpn-1" becomes vpn-1-2. */
  #freeSlug(wanted: string): string {
    return freeSlug(wanted, (slug) => this.#sql.slugExists.get(slug) !== undefined);
  }

  #node(id: string): Node {
    const row = this.#sql.find.get(id) as NodeRow | undefined;
    if (row === undefined) throw new NotFound('node', id);
    return toNode(row);
  }
}

function prepare(db: Database) {
  return {
    find: db.prepare(`SELECT ${nodeColumns} FROM node WHERE id = ? AND deleted_at IS NULL`),
    nameExists: db.prepare('SELECT 1 FROM node WHERE name = ? AND deleted_at IS NULL'),
    slugExists: db.prepare('SELECT 1 FROM node WHERE slug = ? AND deleted_at IS NULL'),
    add: db.prepare(
      `INSERT INTO node (id, name, slug, description, kind, options, poll_interval_ms, opening, users_policy, link_mbit,
         tags, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    update: db.prepare(
      `UPDATE node SET name = ?, description = ?, kind = ?, options = ?, poll_interval_ms = ?, users_policy = ?,
         link_mbit = ?, tags = ? WHERE id = ?`,
    ),
    delete: db.prepare('UPDATE node SET deleted_at = ? WHERE id = ?'),
  };
}
