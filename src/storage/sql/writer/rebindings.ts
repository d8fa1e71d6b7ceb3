import { ExpectedError, InvalidInput, NotFound } from '../../../core/errors.ts';
import { isOwnedBy, type Ownership, rebind } from '../../../core/inventory/rebind.ts';
import type { EntryOutcome, EntryUndo, NewRebinding } from '../../../core/ledger/entry.ts';
import type { Database } from '../database.ts';
import type { Attribution } from './attribution.ts';
import type { Entries, FoundEntry } from './entries.ts';
import type { PeerBinding } from './meter-states.ts';
import { Moves } from './moves.ts';

/** Gives the past of peers to other users, and takes that back. */
export class Rebindings {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #entries: Entries;
  readonly #moves: Moves;

  constructor(db: Database, attribution: Attribution, entries: Entries) {
    this.#sql = prepare(db);
    this.#entries = entries;
    this.#moves = new Moves(db, attribution, entries.postings);
  }

  /** @throws InvalidInput, NotFound, ExpectedError `already-theirs`, `only-days-left` */
  rebind({ peerId, userId, from, to, reason, by }: NewRebinding, nowMs: number): EntryOutcome {
    const [fromMs, toMs] = [from.getTime(), to?.getTime() ?? null];
    if (fromMs > nowMs) throw new InvalidInput('/from', '"from" must not lie ahead.');
    if (toMs !== null && (toMs <= fromMs || toMs > nowMs)) {
      throw new InvalidInput('/to', '"to" must lie after "from", and not ahead.');
    }
    if (toMs !== null && userId === null)
      throw new InvalidInput('/to', 'A peer is taken away for ever.', 'Leave it out.');
    if (this.#sql.peer.get(peerId) === undefined) throw new NotFound('peer', peerId);
    if (userId !== null && this.#sql.living.get(userId) === undefined) throw new NotFound('user', userId);
    const before = this.#owners(peerId);
    if (isOwnedBy(before, userId, fromMs, toMs)) throw alreadyTheirs();
    const { voided, made } = rebind(before, userId, fromMs, toMs);
    const after = inOrder([...before.filter((owner) => !voided.includes(owner)), ...made]);
    const move = this.#moves.find(peerId, { before, after }, fromMs, toMs, nowMs);
    const { postings, estimated } = move;
    const outcome = this.#entries.write({ kind: 'rebinding', reason, by, postings, estimated }, nowMs);
    const entry = this.#sql.entry.get(outcome.entry?.id) as number;
    for (const { id } of voided) this.#sql.void.run(entry, id);
    for (const owner of made) this.#add(peerId, owner, entry);
    this.#sql.setOwner.run({ peerId });
    this.#sql.add.run({ entry, peerId, userId, fromMs, toMs });
    return { ...outcome, entry: outcome.entry && this.#entries.find(outcome.entry.id).entry };
  }

  /**
   * Gives back what was moved, and to whom it belongs then what was counted since.
   * @throws ExpectedError `owners-changed`, `more-than-booked`
   */
  undo({ rowId }: FoundEntry, { reason, by }: Omit<EntryUndo, 'id'>, nowMs: number): EntryOutcome {
    const { peerId, fromMs, toMs, ownersAfter, now } = this.#sql.find.get(rowId) as RebindingRow;
    const after = this.#sql.restored.all({ peerId, entry: rowId }) as BindingRow[];
    if (now !== ownersAfter || after.some(({ isGone }) => isGone === 1)) throw ownersChanged();
    const owners = { before: this.#owners(peerId), after: after.map(toOwner) };
    const andThen = () => this.#moves.find(peerId, owners, fromMs, toMs, nowMs);
    const postings = this.#entries.postings.opposites(rowId);
    const entry = { kind: 'rebinding' as const, reason, by, undoes: rowId, postings, andThen };
    const outcome = this.#entries.write(entry, nowMs);
    this.#sql.unmake.run({ undoing: this.#sql.entry.get(outcome.entry?.id) as number, entry: rowId });
    this.#sql.unvoid.run(rowId);
    this.#sql.setOwner.run({ peerId });
    return outcome;
  }

  /** The peer that a rebinding is about; none for other entries. */
  peersOf(entryId: string): string[] {
    return this.#sql.peersOf.all(entryId) as string[];
  }

  #owners(peerId: string): Owner[] {
    return (this.#sql.owners.all(peerId) as BindingRow[]).map(toOwner);
  }

  #add(peerId: string, { userId, fromMs, toMs, claimed, inCycle }: Ownership, entry: number): void {
    this.#sql.addBinding.run(peerId, userId, fromMs, toMs, claimed ? 1 : 0, inCycle ? 1 : 0, entry);
  }
}

interface Owner extends PeerBinding {
  readonly id: number;
}

interface BindingRow {
  readonly id: number;
  readonly userId: string;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly claimed: number;
  readonly inCycle: number;
  /** It would be theirs until further notice, and they were deleted. */
  readonly isGone: number;
}

interface RebindingRow {
  readonly peerId: string;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly ownersAfter: string;
  readonly now: string;
}

function toOwner({ id, userId, fromMs, toMs, claimed, inCycle }: BindingRow): Owner {
  return { id, userId, fromMs, toMs, claimed: claimed === 1, inCycle: inCycle === 1 };
}

/** Those of one instant as they are given. */
function inOrder(owners: readonly Ownership[]): Ownership[] {
  return [...owners].sort((a, b) => a.fromMs - b.fromMs);
}

function alreadyTheirs(): ExpectedError {
  return new ExpectedError('already-theirs', 'The peer belongs to them for all of that time already.', {
    hint: 'Name another user, or an earlier instant.',
  });
}

function ownersChanged(): ExpectedError {
  return new ExpectedError('owners-changed', 'The peer has other owners since, or its former one was deleted.', {
    hint: 'Undo what was given away since then first, or give the peer away anew from that instant.',
  });
}

function prepare(db: Database) {
  const columns = 'b.id, b.user_id AS userId, b.from_at AS fromMs, b.to_at AS toMs, b.claimed, b.in_cycle AS inCycle';
  const owners = `(SELECT json_group_array(json_array(id, to_at)) FROM
    (SELECT id, to_at FROM binding WHERE peer_id = @peerId AND voided_by IS NULL ORDER BY from_at, id) holding)`;
  return {
    peer: db.prepare('SELECT 1 FROM peer WHERE id = ?'),
    living: db.prepare('SELECT 1 FROM user WHERE id = ? AND deleted_at IS NULL'),
    entry: db.prepare('SELECT id FROM entry WHERE public_id = ?').pluck(),
    owners: db.prepare(
      `SELECT ${columns} FROM binding b WHERE b.peer_id = ? AND b.voided_by IS NULL ORDER BY b.from_at, b.id`,
    ),
    restored: db.prepare(
      `SELECT ${columns}, b.to_at IS NULL AND u.deleted_at IS NOT NULL AS isGone
       FROM binding b JOIN user u ON u.id = b.user_id WHERE b.peer_id = @peerId
         AND (b.voided_by = @entry OR (b.voided_by IS NULL AND b.made_by IS NOT @entry)) ORDER BY b.from_at, b.id`,
    ),
    void: db.prepare('UPDATE binding SET voided_by = ? WHERE id = ?'),
    unvoid: db.prepare('UPDATE binding SET voided_by = NULL WHERE voided_by = ?'),
    unmake: db.prepare('UPDATE binding SET voided_by = @undoing WHERE made_by = @entry'),
    addBinding: db.prepare(
      `INSERT INTO binding (peer_id, user_id, from_at, to_at, claimed, in_cycle, made_by) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    setOwner: db.prepare(
      `UPDATE peer SET user_id = (SELECT b.user_id FROM binding b
         WHERE b.peer_id = @peerId AND b.to_at IS NULL AND b.voided_by IS NULL) WHERE id = @peerId`,
    ),
    add: db.prepare(
      `INSERT INTO rebinding (entry_id, peer_id, user_id, from_at, to_at, owners_after)
       VALUES (@entry, @peerId, @userId, @fromMs, @toMs, ${owners})`,
    ),
    find: db.prepare(
      `SELECT r.peer_id AS peerId, r.from_at AS fromMs, r.to_at AS toMs, r.owners_after AS ownersAfter,
         (SELECT json_group_array(json_array(id, to_at)) FROM
           (SELECT id, to_at FROM binding WHERE peer_id = r.peer_id AND voided_by IS NULL ORDER BY from_at, id) holding) AS now
       FROM rebinding r WHERE r.entry_id = ?`,
    ),
    peersOf: db
      .prepare('SELECT b.peer_id FROM rebinding b JOIN entry e ON e.id = b.entry_id WHERE e.public_id = ?')
      .pluck(),
  };
}
