import type { FastifyRequest } from 'fastify';
import { type Actor, authorize } from '../../core/identity/authorize.ts';
import type { InventoryStore } from '../../core/inventory/inventory-store.ts';
import type { ReportSender, UsageReport } from '../../core/ledger/report.ts';
import { canonicalServer } from '../../core/metering/ingest.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { NodeId } from '../../core/units/ids.ts';
import { type Authenticator, bearerOf } from '../auth/authenticator.ts';
import { passedOnRequests } from '../passed-on.ts';
import { problem } from '../problem.ts';
import { RateLimiter } from './rate-limiter.ts';
import { isSignedWith, signedHeaders } from './signature.ts';

/** Reports nobody signed, per second and address. */
const UNSIGNED_PER_SECOND = 200;

type TokenActor = Extract<Actor, { kind: 'token' }>;

/** Who sent a request: nobody we can name, or the owner of a token. */
export const UNSIGNED: ReportSender = { credential: null, verified: false, backfill: false };

/** Finds out who sends reports, and slows down those who do not say. */
export class SenderGate {
  readonly #authenticator: Authenticator;
  readonly #clock: Clock;
  readonly #auth: 'open' | 'key';
  readonly #limiter: RateLimiter;

  constructor(options: { authenticator: Authenticator; clock: Clock; auth: 'open' | 'key' }) {
    this.#authenticator = options.authenticator;
    this.#clock = options.clock;
    this.#auth = options.auth;
    this.#limiter = new RateLimiter(options.clock, UNSIGNED_PER_SECOND);
  }

  /** True if the request claims nothing and needs nothing: the common case, which then costs nothing more. */
  isPlain(request: FastifyRequest): boolean {
    const { headers } = request.raw;
    return this.#auth === 'open' && headers.authorization === undefined && headers['webhook-signature'] === undefined;
  }

  /** @throws too-many-requests */
  limit(request: FastifyRequest): void {
    if (!isExempt(request)) this.#limiter.take(request.ip);
  }

  /** Of an unsigned request that was taken: a batch brings as much as its reports one by one. */
  charge(request: FastifyRequest, reports: number): void {
    if (!isExempt(request)) this.#limiter.charge(request.ip, reports - 1);
  }

  /** A plain request that came straight from its sender, and what it brought. @throws too-many-requests */
  limitStraight(address: string | undefined, reports: number): void {
    if (address === undefined || isLoopback(address)) return;
    this.#limiter.take(address);
    this.#limiter.charge(address, reports - 1);
  }

  /** The token behind a request; null for an unsigned one. @throws 401 */
  async identify(request: FastifyRequest, body: string): Promise<TokenActor | null> {
    try {
      const bearer = bearerOf(request);
      if (bearer !== null) return await this.#authenticator.byToken(bearer);
      const signed = signedHeaders(request.headers, this.#clock.now().getTime());
      if (signed !== null) {
        const all = await this.#authenticator.signing();
        const match = all.find(({ secret }) => isSignedWith(secret, signed, body));
        if (match === undefined) throw problem('invalid-signature', 'The signature is of no secret known here.');
        return match.actor;
      }
      if (this.#auth === 'key')
        throw problem('not-logged-in', 'Reports need an ingest token or a signature here (XPERT_WEBHOOK_AUTH=key).');
    } catch (error) {
      this.limit(request);
      throw error;
    }
    // Plain ones were counted before their body was read.
    if (!this.isPlain(request)) this.limit(request);
    return null;
  }
}

/** @throws Forbidden if the token may not report, or not backfill */
export function senderOf(actor: TokenActor | null, wantsBackfill: boolean): ReportSender {
  if (actor === null) {
    if (wantsBackfill) throw problem('not-logged-in', 'backfill=true needs a token with the scope write.');
    return UNSIGNED;
  }
  authorize(actor, 'report');
  if (wantsBackfill) authorize(actor, 'backfill');
  return { credential: actor.token.id, verified: true, backfill: wantsBackfill };
}

/** @throws server-not-allowed if the token is bound to other servers */
export async function checkServers(
  actor: TokenActor | null,
  reports: readonly UsageReport[],
  inventory: Pick<InventoryStore, 'node'>,
): Promise<void> {
  if (actor === null) return;
  const { nodeId, servers } = actor.token;
  if (nodeId === null && servers.length === 0) return;
  const node = nodeId === null ? null : await inventory.node(nodeId as NodeId);
  const named = [...servers, ...(node === null ? [] : [node.slug, node.name])];
  const allowed = new Set(named.map(canonicalServer));
  const foreign = reports.findIndex((report) => !allowed.has(report.server));
  if (foreign < 0) return;
  const pointer = reports.length === 1 ? '/server' : `/${foreign}/server`;
  throw problem('server-not-allowed', 'This token may not report for that server.', { pointer });
}

/** This machine itself, not somebody behind a proxy on it. */
function isExempt(request: FastifyRequest): boolean {
  const address = passedOnRequests.has(request.raw) ? request.ip : request.raw.socket.remoteAddress;
  // Over a Unix socket there is no address: that is this machine too.
  if (address !== undefined && !isLoopback(address)) return false;
  const { headers } = request.raw;
  return (
    headers['x-forwarded-for'] === undefined && headers.forwarded === undefined && headers['x-real-ip'] === undefined
  );
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address === '::ffff:127.0.0.1';
}
