import type { AuditAbout, AuditEntry, NamedSubject } from '../../../core/settings/settings-store.ts';
import { toDate } from '../rows.ts';
import type { Params, Statements } from './statements.ts';

/** More are told by their number. */
const NAMED = 3;

/** Finds what entries of the audit log name by an id: as it is called now, or was when it was deleted. */
export class AuditSubjects {
  readonly #sql: Statements;
  readonly #kinds: Readonly<Record<string, (entry: AuditEntry) => AuditAbout | null>>;

  constructor(sql: Statements) {
    this.#sql = sql;
    this.#kinds = {
      'usage.reset': (entry) => this.#reset(entry),
      'usage.reset-undone': (entry) => this.#reset(entry),
      'usage.reset-planned': (entry) => this.#planned(entry),
      'usage.reset-cancelled': (entry) => this.#planned(entry),
      'usage.corrected': (entry) => this.#entry(entry),
      'usage.correction-undone': (entry) => this.#entry(entry),
      'quarantine.book': (entry) => this.#quarantined(entry),
      'quarantine.dismiss': (entry) => this.#quarantined(entry),
      'baseline.book': (entry) => this.#baseline(entry),
      'baseline.dismiss': (entry) => this.#baseline(entry),
      'billing.rule-set': (entry) => this.#billingRule(entry),
      'billing.rule-removed': (entry) => this.#billingRule(entry),
      'peer.rebound': (entry) => this.#rebound(entry),
    };
  }

  /** Null: its subject is in words already, or no more to be found. */
  about(entry: AuditEntry): AuditAbout | null {
    return this.#kinds[entry.action]?.(entry) ?? null;
  }

  #reset({ subject, detail }: AuditEntry): AuditAbout | null {
    const params = { id: subject };
    const mark = this.#sql.get<{ scope: string; users: number; at: number; planned: string | null }>(
      `SELECT r.scope, r.users, r.at, (SELECT a.name FROM scheduled_reset s JOIN admin a ON a.id = s.owner_id
         WHERE s.reset_id = r.id) AS planned FROM reset r WHERE r.public_id = @id`,
      params,
    );
    if (mark === undefined) return null;
    const names = this.#named(
      `SELECT u.name, u.deleted_at AS deletedAt FROM reset r JOIN reset_target x ON x.reset_id = r.id
       JOIN user u ON u.id = x.user_id WHERE r.public_id = @id ORDER BY u.name LIMIT ${NAMED}`,
      params,
    );
    const admin = typeof detail.owner === 'string' ? detail.owner : mark.planned;
    return about({ everybody: mark.scope === 'all', admin, names, count: mark.users, at: toDate(mark.at) });
  }

  #planned({ subject }: AuditEntry): AuditAbout | null {
    const row = this.#sql.get<{ scope: string; admin: string | null; userIds: string; at: number }>(
      `SELECT s.scope, a.name AS admin, s.user_ids AS userIds, s.due_at AS at
       FROM scheduled_reset s LEFT JOIN admin a ON a.id = s.owner_id WHERE s.public_id = @id`,
      { id: subject },
    );
    if (row === undefined) return null;
    const ids = JSON.parse(row.userIds) as string[];
    const names = ids.slice(0, NAMED).flatMap((id) => this.#user(id) ?? []);
    return about({
      ...{ everybody: row.scope === 'all', admin: row.scope === 'owner' ? row.admin : null },
      ...{ names, count: ids.length, at: toDate(row.at) },
    });
  }

  #entry({ subject }: AuditEntry): AuditAbout | null {
    const row = this.#sql.get<{ at: number; detail: string }>('SELECT at, detail FROM entry WHERE public_id = @id', {
      id: subject,
    });
    if (row === undefined) return null;
    const { holders } = JSON.parse(row.detail) as { holders: readonly Holder[] };
    const names = holders.slice(0, NAMED).flatMap((holder) => this.#holder(holder) ?? []);
    return about({ names, count: holders.length, at: toDate(row.at) });
  }

  #quarantined({ subject }: AuditEntry): AuditAbout | null {
    const row = this.#sql.get<{ at: number; report: string | null; peerId: string | null }>(
      'SELECT at, report, peer_id AS peerId FROM quarantine WHERE id = @id',
      { id: Number(subject) },
    );
    if (row === undefined) return null;
    const { userToken = null } = row.report === null ? {} : (JSON.parse(row.report) as { userToken?: string });
    return this.#aside(row.at, { userId: null, userToken, peerId: row.peerId });
  }

  #baseline({ subject }: AuditEntry): AuditAbout | null {
    const row = this.#sql.get<{ at: number; peerId: string }>(
      'SELECT at, peer_id AS peerId FROM baseline WHERE id = @id',
      { id: Number(subject) },
    );
    return row === undefined ? null : this.#aside(row.at, { userId: null, userToken: null, peerId: row.peerId });
  }

  #aside(atMs: number, holder: Holder): AuditAbout {
    const name = this.#holder(holder);
    const node = holder.peerId === null ? null : (this.#peer(holder.peerId)?.node ?? null);
    return about({ names: name === null ? [] : [name], count: 1, node, at: toDate(atMs) });
  }

  #rebound({ subject, detail }: AuditEntry): AuditAbout | null {
    const peer = this.#peer(subject);
    if (peer === null) return null;
    const to = typeof detail.userId === 'string' ? this.#user(detail.userId) : null;
    return about({ names: [peer.named], count: 1, node: peer.node, to, at: instantOf(detail.from) });
  }

  #billingRule({ subject, detail }: AuditEntry): AuditAbout | null {
    const id = { id: subject };
    const [node = null] = this.#named('SELECT name, deleted_at AS deletedAt FROM node WHERE id = @id', id);
    if (node === null) return null;
    const service = typeof detail.service === 'string' ? detail.service : '';
    const names = this.#named('SELECT name, NULL AS deletedAt FROM vpn_service WHERE id = @id', { id: service });
    return about({ names, count: names.length, node, at: instantOf(detail.from) });
  }

  /** A token that somebody has is told by its user. */
  #holder({ userId, userToken, peerId }: Holder): NamedSubject | null {
    if (userId !== null) return this.#user(userId);
    if (peerId !== null) return this.#peer(peerId)?.named ?? null;
    if (userToken === null) return null;
    const [user] = this.#named(
      `SELECT u.name, u.deleted_at AS deletedAt FROM user_token t JOIN user u ON u.id = t.user_id WHERE t.token = @token`,
      { token: userToken },
    );
    return user ?? { name: userToken, deleted: false };
  }

  #user(id: string): NamedSubject | null {
    return this.#named('SELECT name, deleted_at AS deletedAt FROM user WHERE id = @id', { id })[0] ?? null;
  }

  #peer(id: string): { readonly named: NamedSubject; readonly node: NamedSubject } | null {
    const row = this.#sql.get<{ name: string | null; key: string; node: string; deletedAt: number | null }>(
      `SELECT p.name, p.key, n.name AS node, n.deleted_at AS deletedAt FROM peer p
       JOIN vpn_service s ON s.id = p.service_id JOIN node n ON n.id = s.node_id WHERE p.id = @id`,
      { id },
    );
    if (row === undefined) return null;
    const node = { name: row.node, deleted: row.deletedAt !== null };
    return { named: { name: row.name ?? row.key, deleted: false }, node };
  }

  #named(sql: string, params: Params): NamedSubject[] {
    return this.#sql
      .all<{ name: string; deletedAt: number | null }>(sql, params)
      .map(({ name, deletedAt }) => ({ name, deleted: deletedAt !== null }));
  }
}

interface Holder {
  readonly userId: string | null;
  readonly userToken: string | null;
  readonly peerId: string | null;
}

function about(fields: Partial<AuditAbout> & Pick<AuditAbout, 'names' | 'count'>): AuditAbout {
  return { everybody: false, admin: null, node: null, to: null, at: null, ...fields };
}

/** Of a detail, which is stored as JSON. */
function instantOf(value: unknown): Date | null {
  return typeof value === 'string' ? new Date(value) : null;
}
