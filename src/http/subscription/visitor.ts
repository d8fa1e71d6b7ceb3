import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { NotFound } from '../../core/errors.ts';
import type { User } from '../../core/inventory/peer.ts';
import { clientName } from '../../core/links/subscription-format.ts';
import type { UserStanding } from '../../core/quota/quota-store.ts';
import { NOTHING, type Traffic } from '../../core/units/bytes.ts';
import type { UserId } from '../../core/units/ids.ts';
import type { HttpParts } from '../parts.ts';

/** Somebody who opens a user's link, and what they are shown at least. */
export interface Visitor {
  readonly user: User;
  /** Since the last reset mark. */
  readonly used: Traffic;
  /** Null: the user may use everything. */
  readonly standing: UserStanding | null;
}

/** Asked for in place of a user that is not there, so that a wrong secret takes as long as a right one. */
const NOBODY = 'nobody' as UserId;

/** @throws NotFound in the same words and after the same work whether the secret is wrong or the user deleted */
export async function visitorOf({ ports, config }: HttpParts, secret: string): Promise<Visitor> {
  const { inventory, history, quotas } = ports;
  const byLink = await inventory.userByLinkToken(secret);
  const byReport = await inventory.userByToken(secret);
  const user = byLink ?? (config.legacyLinks ? byReport : null);
  const used = (await history.userTotals([user?.id ?? NOBODY])).get(user?.id ?? NOBODY) ?? NOTHING;
  const standing = (await quotas.standings([user?.id ?? NOBODY])).get(user?.id ?? NOBODY) ?? null;
  const known = user === null ? '' : byLink === null ? secret : user.linkToken;
  if (!isSame(secret, known) || user === null || user.deletedAt !== null) throw noSuchLink();
  return { user, used, standing };
}

export function noSuchLink(): NotFound {
  return new NotFound('link', '…', 'It may have been renewed: ask whoever gave it to you.');
}

/** Compares digests: how much of a secret is right shows in no time. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/**
 * Devices tell themselves apart by `x-hwid` (Happ and others); else a client at an address stands for one, whatever its
 * version. Nothing of it is kept but a keyed digest.
 */
export function deviceOf({ ports }: HttpParts, request: FastifyRequest, userId: string): string {
  const hwid = request.headers['x-hwid'];
  const [client] = clientName(request.headers['user-agent'] ?? '').split('/');
  const place = `address ${request.ip} ${client}`;
  const what = typeof hwid === 'string' && hwid !== '' ? `hwid ${hwid.slice(0, 256)}` : place;
  return ports.deviceDigest(`${userId}\n${what}`);
}

/** Public address of this server without a slash at its end: as configured, else as the visitor called it. */
export function publicUrl({ config }: HttpParts, request: FastifyRequest): string {
  // Over the owner's socket there is no host that anybody could call.
  const local = request.isLocalOwner ? config.localUrl() : null;
  return config.publicUrl ?? local ?? `${request.protocol}://${request.host}${config.basePath}`;
}
