import { ExpectedError, NotFound } from '../../../core/errors.ts';
import type { CorrectedCarrier, CorrectionSubject } from '../../../core/ledger/entry.ts';
import type { UsageHalf } from '../../../core/ledger/segment.ts';
import { canonicalServer } from '../../../core/metering/ingest.ts';
import { isCoarse } from '../../../core/metering/spread.ts';
import type { Database } from '../database.ts';
import type { CarrierState, Holder, SeriesState } from './attributed.ts';
import type { Attribution } from './attribution.ts';
import type { PeerBinding } from './meter-states.ts';
import { bordersOf, ownerChanges, peerHolder } from './peer-booking.ts';
import { TOKEN_OWNER, tokenOwner } from './report-booking.ts';

/** A time, or an instant where both are the same. */
interface Time {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a correction adds to, and what it takes from. */
export interface CorrectionTarget {
  /** The series that added bytes are booked to; made if there is none yet. */
  series(): SeriesState;
  /** Instants, in order, at which the owner changes; of a time that is not cut by quarters also those of marks. */
  cuts(time: Time): readonly number[];
  holderAt(time: Time): Holder;
  /** Everything it may take from. */
  tallies(): number[];
}

/** Finds the target of a correction by what an admin names. */
export class CorrectionTargets {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #attribution: Attribution;

  constructor(db: Database, attribution: Attribution) {
    this.#sql = prepare(db);
    this.#attribution = attribution;
  }

  /** @throws NotFound, ExpectedError `carrier-needed`, `ambiguous` */
  find(subject: CorrectionSubject, carrier: CorrectedCarrier | null): CorrectionTarget {
    if (subject.kind === 'peer') return this.#ofPeer(subject.peerId, carrier);
    if (carrier === null) {
      throw new ExpectedError('carrier-needed', 'What carried the bytes is missing.', {
        hint: 'Name server, port and protocol, or one of the VPN services.',
      });
    }
    return subject.kind === 'user' ? this.#ofUser(subject.userId, carrier) : this.#ofToken(subject.userToken, carrier);
  }

  #ofPeer(peerId: string, carrier: CorrectedCarrier | null): CorrectionTarget {
    const serviceId = this.#sql.serviceOf.get(peerId) as string | undefined;
    if (serviceId === undefined) throw new NotFound('peer', peerId);
    if (carrier !== null && (!('serviceId' in carrier) || carrier.serviceId !== serviceId)) {
      throw new ExpectedError('carrier-mismatch', 'A peer carries bytes on its own VPN service only.', {
        hint: 'Leave the carrier out.',
      });
    }
    const bindings = (this.#sql.bindings.all(peerId) as BindingRow[]).map(toBinding);
    return {
      series: () => this.#attribution.seriesOfPeer(peerId, this.#serviceCarrier(serviceId)),
      cuts: (time) =>
        isCoarse(time)
          ? bordersOf(this.#attribution, peerId, bindings)
          : ownerChanges(bindings, time.fromMs, time.toMs),
      holderAt: (time) => peerHolder(peerId, bindings, time),
      tallies: () => this.#sql.ofPeer.all(peerId) as number[],
    };
  }

  #ofToken(token: string, carrier: CorrectedCarrier): CorrectionTarget {
    const reported = requireReported(carrier);
    const owner = tokenOwner(this.#sql.tokenOwner, token);
    return {
      series: () => this.#attribution.seriesOfToken(token, this.#carrier(reported)),
      cuts: (time) => [owner.sinceMs, ...this.#marks(owner.now, 'reports', time)].sort((a, b) => a - b),
      holderAt: ({ fromMs, toMs }) => {
        const isBefore = fromMs === toMs ? toMs < owner.sinceMs : toMs <= owner.sinceMs;
        return isBefore ? owner.before : owner.now;
      },
      tallies: () => this.#sql.ofToken.all({ ...reported, token }) as number[],
    };
  }

  #ofUser(userId: string, carrier: CorrectedCarrier): CorrectionTarget {
    if (this.#sql.user.get(userId) === undefined) throw new NotFound('user', userId);
    const own = { userId, token: null, peerId: null, inCycle: true };
    const half = 'serviceId' in carrier ? 'services' : 'reports';
    const rest = { cuts: (time: Time) => this.#marks(own, half, time), holderAt: () => own };
    if ('serviceId' in carrier) {
      const { serviceId } = carrier;
      if (this.#sql.service.get(serviceId) === undefined) throw new NotFound('VPN service', serviceId);
      return {
        ...rest,
        series: () => this.#seriesOnService(userId, serviceId),
        tallies: () => this.#sql.ofUserOnService.all({ userId, serviceId }) as number[],
      };
    }
    const reported = requireReported(carrier);
    return {
      ...rest,
      series: () => this.#attribution.seriesOfToken(this.#tokenOf(userId), this.#carrier(reported)),
      tallies: () => this.#sql.ofUser.all({ ...reported, userId }) as number[],
    };
  }

  #marks(holder: Holder, half: UsageHalf, time: Time): readonly number[] {
    return isCoarse(time) ? this.#attribution.marks(holder, half).map(({ atMs }) => atMs) : [];
  }

  #seriesOnService(userId: string, serviceId: string): SeriesState {
    this.#tokenOf(userId);
    const peers = this.#sql.peersOf.all(userId, serviceId) as string[];
    const [peer] = peers;
    if (peer !== undefined && peers.length === 1) {
      return this.#attribution.seriesOfPeer(peer, this.#serviceCarrier(serviceId));
    }
    throw new ExpectedError('ambiguous', `The user has ${peers.length} peers on this VPN service.`, {
      hint: 'Name the peer whose bytes these are.',
    });
  }

  /** @throws NotFound for a deleted user, who gets no bytes any more */
  #tokenOf(userId: string): string {
    const token = this.#sql.livingToken.get(userId) as string | undefined;
    if (token === undefined) throw new NotFound('living user', userId, 'A deleted user gets no bytes any more.');
    return token;
  }

  #carrier({ server, port, protocol }: Reported): CarrierState {
    return this.#attribution.carrier(server, port, protocol);
  }

  #serviceCarrier(serviceId: string): CarrierState {
    const row = this.#sql.service.get(serviceId) as ServiceRow;
    return this.#attribution.carrier(row.slug, row.port, row.kind, {
      id: serviceId,
      nodeId: row.nodeId,
      isWeighted: row.basis === 'weighted',
    });
  }
}

type Reported = Exclude<CorrectedCarrier, { readonly serviceId: unknown }>;

function requireReported(carrier: CorrectedCarrier): Reported {
  if (!('serviceId' in carrier)) {
    const { server, port, protocol } = carrier;
    return { server: canonicalServer(server), port, protocol: protocol.toLowerCase() };
  }
  throw new ExpectedError('carrier-mismatch', 'Reports name a server, not one of our VPN services.', {
    hint: 'Name server, port and protocol; for bytes of a VPN service name the user or the peer.',
  });
}

interface ServiceRow {
  readonly slug: string;
  readonly port: number;
  readonly kind: string;
  readonly nodeId: string;
  readonly basis: string;
}

interface BindingRow {
  readonly userId: string;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly claimed: number;
  readonly inCycle: number;
}

function toBinding({ claimed, inCycle, ...row }: BindingRow): PeerBinding {
  return { ...row, claimed: claimed === 1, inCycle: inCycle === 1 };
}

function prepare(db: Database) {
  const tallies = 'SELECT t.id FROM series s JOIN tally t ON t.series_id = s.id JOIN carrier c ON c.id = s.carrier_id';
  const ofUser = `SELECT t.id FROM segment g JOIN tally t ON t.segment_id = g.id JOIN series s ON s.id = t.series_id
    JOIN carrier c ON c.id = s.carrier_id WHERE g.user_id = @userId`;
  const reported = 'c.service_id IS NULL AND c.server = @server AND c.port = @port AND c.protocol = @protocol';
  return {
    user: db.prepare('SELECT 1 FROM user WHERE id = ?'),
    livingToken: db
      .prepare(
        `SELECT k.token FROM user_token k JOIN user u ON u.id = k.user_id
         WHERE k.user_id = ? AND k.rotated_at IS NULL AND u.deleted_at IS NULL`,
      )
      .pluck(),
    tokenOwner: db.prepare(TOKEN_OWNER),
    serviceOf: db.prepare('SELECT service_id FROM peer WHERE id = ?').pluck(),
    service: db.prepare(
      `SELECT n.slug, ifnull(v.listen_port, 0) AS port, v.kind, v.node_id AS nodeId, v.basis
       FROM vpn_service v JOIN node n ON n.id = v.node_id WHERE v.id = ?`,
    ),
    bindings: db.prepare(
      `SELECT user_id AS userId, from_at AS fromMs, to_at AS toMs, claimed, in_cycle AS inCycle FROM binding
       WHERE peer_id = ? AND voided_by IS NULL ORDER BY from_at, id`,
    ),
    peersOf: db
      .prepare(
        `SELECT DISTINCT p.id FROM binding b JOIN peer p ON p.id = b.peer_id
         WHERE b.user_id = ? AND b.voided_by IS NULL AND p.service_id = ?`,
      )
      .pluck(),
    ofPeer: db.prepare(`${tallies} WHERE s.peer_id = ?`).pluck(),
    ofToken: db.prepare(`${tallies} WHERE s.token = @token AND ${reported}`).pluck(),
    ofUser: db.prepare(`${ofUser} AND ${reported}`).pluck(),
    ofUserOnService: db.prepare(`${ofUser} AND c.service_id = @serviceId`).pluck(),
  };
}
