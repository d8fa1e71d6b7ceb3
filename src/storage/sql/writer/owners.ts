import { ExpectedError, NotFound, Taken } from '../../../core/errors.ts';
import type { Assignment, NewUser } from '../../../core/inventory/inventory-store.ts';
import type { User } from '../../../core/inventory/peer.ts';
import type { NewId, UserId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';
import { toUser, type UserRow, userColumns } from '../rows.ts';
import type { Quotas } from './quotas.ts';
import type { Resets } from './resets.ts';
import type { Tenures } from './tenures.ts';

type UserChange = Partial<
  Pick<NewUser, 'name' | 'telegramId' | 'email' | 'note' | 'tags' | 'role' | 'active' | 'ownerId'>
>;

const NOBODY: readonly UserId[] = [];

/** Users, their tokens and their peers: who owns what since when, and which history that claims. */
export class Owners {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #resets: Resets;
  readonly #quotas: Quotas;
  readonly #tenures: Tenures;
  readonly #newId: NewId;
  readonly #changed = new Set<UserId>();

  constructor(db: Database, resets: Resets, quotas: Quotas, tenures: Tenures, newId: NewId) {
    this.#sql = prepare(db);
    this.#resets = resets;
    this.#quotas = quotas;
    this.#tenures = tenures;
    this.#newId = newId;
  }

  /** Users who, or whose tokens, were written to since it was asked last, be it that a rollback undid it. */
  takeChanged(): readonly UserId[] {
    if (this.#changed.size === 0) return NOBODY;
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  addUser(user: NewUser): User {
    this.#refuseTakenName(user.name);
    if (this.#sql.linkTokenExists.get(user.linkToken) !== undefined) {
      throw new Taken('token-taken', 'Another user has this link token.', 'Leave it out to get a random one.');
    }
    const id = this.#newId() as UserId;
    this.#changed.add(id);
    const createdAt = user.createdAt.getTime();
    const active = user.active ? 1 : 0;
    const { name, linkToken, telegramId, role, note, ownerId, email = null, tags = [] } = user;
    const words = JSON.stringify(tags);
    this.#sql.addUser.run(
      id,
      name,
      linkToken,
      telegramId,
      role,
      note,
      ownerId,
      active,
      createdAt,
      createdAt,
      email,
      words,
    );
    this.#quotas.judgeNow(id, createdAt);
    if (user.mayClaim === false) this.#refuseUnclaimed(user.userToken);
    this.#giveToken(user.userToken, id, createdAt, user.countInCycle);
    return this.#user(id);
  }

  updateUser(id: UserId, change: UserChange, nowMs: number): User {
    this.#changed.add(id);
    const before = this.#user(id);
    if (change.name !== undefined && change.name !== before.name) this.#refuseTakenName(change.name);
    const { name, telegramId, role, note, ownerId, active, email, tags } = { ...before, ...change };
    this.#sql.updateUser.run(name, telegramId, role, note, ownerId, active ? 1 : 0, email, JSON.stringify(tags), id);
    if (ownerId !== before.ownerId) this.#tenures.changed(id, before.ownerId, ownerId, nowMs);
    this.#quotas.judgeNow(id, nowMs);
    return this.#user(id);
  }

  find(id: UserId): User {
    return this.#user(id);
  }

  /** The user's history stays; their peers and tokens are nobody's from now on. */
  deleteUser(id: UserId, at: Date): void {
    this.#changed.add(id);
    this.#user(id);
    const atMs = at.getTime();
    this.#sql.deleteUser.run(atMs, id);
    this.#sql.releaseTokens.run(atMs, id);
    this.#sql.endBindings.run(atMs, id);
    this.#sql.releasePeers.run(id);
    this.#quotas.judgeNow(id, atMs);
  }

  rotateUserToken(id: UserId, userToken: string, nowMs: number): User {
    this.#changed.add(id);
    this.#user(id);
    if (this.#sql.currentToken.get(id) === userToken) return this.#user(id);
    this.#sql.rotateToken.run(nowMs, id);
    this.#giveToken(userToken, id, nowMs, false);
    return this.#user(id);
  }

  /** @returns the peers whose owners changed */
  assignPeers(assignments: readonly Assignment[], nowMs: number): string[] {
    for (const assignment of assignments) this.#assign(assignment, nowMs);
    return assignments.map(({ peerId }) => peerId);
  }

  #assign({ peerId, userId, from, countInCycle }: Assignment, nowMs: number): void {
    const peer = this.#sql.findPeer.get(peerId) as { userId: string | null } | undefined;
    if (peer === undefined) throw new NotFound('peer', peerId);
    if (userId !== null) this.#user(userId);
    if (peer.userId === userId) return;
    const last = this.#sql.lastBinding.get(peerId) as { id: number; fromMs: number; toMs: number | null } | undefined;
    const fromMs = from.getTime();
    const earliest = last === undefined ? Number.NEGATIVE_INFINITY : (last.toMs ?? last.fromMs);
    if (fromMs < earliest) {
      throw new ExpectedError(
        'assigned-since',
        `The peer was given to its present owner at ${new Date(earliest).toISOString()}; an assignment cannot begin before that.`,
        { hint: 'Leave the instant out, or give a later one.' },
      );
    }
    if (last !== undefined && last.toMs === null) this.#sql.endBinding.run(fromMs, last.id);
    this.#sql.setPeerUser.run(userId, peerId);
    if (userId === null) return;
    const claims = peer.userId === null;
    const inCycle = countInCycle ? 1 : 0;
    this.#sql.addBinding.run(peerId, userId, fromMs, claims ? 1 : 0, inCycle);
    if (!claims) return;
    this.#sql.claimPeer.run(userId, inCycle, nowMs, peerId);
    this.#resets.applyMarks(userId);
  }

  /** Gives a token that nobody has to a user, with the usage already reported under it. */
  #giveToken(token: string, userId: string, atMs: number, countInCycle: boolean): void {
    const taken = this.#sql.findToken.get(token) as
      | { userId: string; name: string; rotatedAt: number | null; releasedAt: number | null }
      | undefined;
    const isFree = taken === undefined || (taken.releasedAt !== null && taken.rotatedAt === null);
    if (!isFree && taken.userId !== userId) {
      throw new Taken(
        'token-taken',
        `The user "${taken.name}" ${taken.rotatedAt === null ? 'has' : 'once had'} the token "${token}".`,
        'Choose another token, or leave it out to get a random one.',
      );
    }
    this.#sql.giveToken.run(token, userId, atMs, countInCycle ? 1 : 0);
    this.#sql.claimToken.run(userId, countInCycle ? 1 : 0, atMs, token);
    this.#resets.applyMarks(userId);
  }

  /** Unclaimed usage is the owner's to give (contract: "when the owner creates a user with that token"). */
  #refuseUnclaimed(token: string): void {
    if (this.#sql.unclaimed.get(token) === undefined) return;
    throw new Taken(
      'token-taken',
      `Usage was reported under the token "${token}" already.`,
      'The owner can make this user; or leave the token out to get a random one.',
    );
  }

  #refuseTakenName(name: string): void {
    if (this.#sql.nameExists.get(name, name) === undefined) return;
    throw new Taken('name-taken', `There is already a user or an admin named "${name}".`, 'Choose another name.');
  }

  /** @throws NotFound also for deleted users: they are not changed any more. */
  #user(id: string): User {
    const row = this.#sql.findUser.get(id) as UserRow | undefined;
    if (row === undefined) throw new NotFound('user', id);
    return toUser(row);
  }
}

function prepare(db: Database) {
  return {
    findUser: db.prepare(`SELECT ${userColumns} FROM user u WHERE u.id = ? AND u.deleted_at IS NULL`),
    nameExists: db.prepare(
      'SELECT 1 FROM user WHERE name = ? AND deleted_at IS NULL UNION ALL SELECT 1 FROM admin WHERE name = ?',
    ),
    linkTokenExists: db.prepare('SELECT 1 FROM user WHERE link_token = ?'),
    addUser: db.prepare(
      `INSERT INTO user (id, name, link_token, telegram_id, role, note, owner_id, active, created_at, state_since,
         email, tags) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    updateUser: db.prepare(
      `UPDATE user SET name = ?, telegram_id = ?, role = ?, note = ?, owner_id = ?, active = ?, email = ?, tags = ?
       WHERE id = ?`,
    ),
    deleteUser: db.prepare('UPDATE user SET deleted_at = ?, active = 0 WHERE id = ?'),
    findToken: db.prepare(
      `SELECT t.user_id AS userId, u.name, t.rotated_at AS rotatedAt, t.released_at AS releasedAt
       FROM user_token t JOIN user u ON u.id = t.user_id WHERE t.token = ?`,
    ),
    currentToken: db.prepare('SELECT token FROM user_token WHERE user_id = ? AND rotated_at IS NULL').pluck(),
    // The token of a deleted user, or an own former one, becomes current again.
    giveToken: db.prepare(
      `INSERT INTO user_token (token, user_id, since, in_cycle) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET
         since = iif(user_id = excluded.user_id, since, excluded.since),
         in_cycle = iif(user_id = excluded.user_id, in_cycle, excluded.in_cycle),
         user_id = excluded.user_id, rotated_at = NULL, released_at = NULL`,
    ),
    rotateToken: db.prepare('UPDATE user_token SET rotated_at = ? WHERE user_id = ? AND rotated_at IS NULL'),
    releaseTokens: db.prepare('UPDATE user_token SET released_at = ? WHERE user_id = ?'),
    unclaimed: db.prepare('SELECT 1 FROM segment WHERE token = ? AND user_id IS NULL LIMIT 1'),
    claimToken: db.prepare(
      'UPDATE segment SET user_id = ?, in_cycle = ?, claimed_at = ? WHERE token = ? AND user_id IS NULL',
    ),
    findPeer: db.prepare('SELECT user_id AS userId FROM peer WHERE id = ?'),
    setPeerUser: db.prepare('UPDATE peer SET user_id = ? WHERE id = ?'),
    releasePeers: db.prepare('UPDATE peer SET user_id = NULL WHERE user_id = ?'),
    lastBinding: db.prepare(
      `SELECT id, from_at AS fromMs, to_at AS toMs FROM binding WHERE peer_id = ? AND voided_by IS NULL
       ORDER BY from_at DESC, id DESC LIMIT 1`,
    ),
    endBinding: db.prepare('UPDATE binding SET to_at = ? WHERE id = ?'),
    endBindings: db.prepare(
      'UPDATE binding SET to_at = max(from_at, ?) WHERE user_id = ? AND to_at IS NULL AND voided_by IS NULL',
    ),
    addBinding: db.prepare('INSERT INTO binding (peer_id, user_id, from_at, claimed, in_cycle) VALUES (?, ?, ?, ?, ?)'),
    claimPeer: db.prepare(
      'UPDATE segment SET user_id = ?, in_cycle = ?, claimed_at = ? WHERE peer_id = ? AND user_id IS NULL',
    ),
  };
}
