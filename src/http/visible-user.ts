import { ExpectedError, NotFound, Taken } from '../core/errors.ts';
import { type Actor, ownsUser, visibilityOf } from '../core/identity/authorize.ts';
import type { User } from '../core/inventory/peer.ts';
import type { UserId } from '../core/units/ids.ts';
import type { HttpPorts } from './ports.ts';

/**
 * A user by id (also a deleted one), name or token.
 * @throws NotFound also for users of others: whether they exist is not told
 */
export async function visibleUser(
  { inventory }: Pick<HttpPorts, 'inventory'>,
  actor: Actor,
  text: string,
): Promise<User> {
  const user = (await inventory.user(text as UserId)) ?? (await inventory.findUser(text));
  if (user !== null && ownsUser(actor, user.ownerId)) return user;
  throw new NotFound('user', text, 'GET /api/v1/users lists them.');
}

/** The same, and there still. @throws NotFound */
export async function livingUser(ports: Pick<HttpPorts, 'inventory'>, actor: Actor, text: string): Promise<User> {
  const user = await visibleUser(ports, actor, text);
  if (user.deletedAt !== null) throw new NotFound('user', text);
  return user;
}

/** Who has a token that is taken already is told only to those who see everybody. @throws what `adding` throws */
export async function hidingHolders<T>(actor: Actor, adding: Promise<T>): Promise<T> {
  try {
    return await adding;
  } catch (error) {
    const isTold = visibilityOf(actor).kind === 'all' || !(error instanceof ExpectedError);
    if (isTold || error.code !== 'token-taken') throw error;
    const hint =
      'Leave it out to get a random one. What was reported under it before its user was made is the owner’s to give.';
    throw new Taken('token-taken', 'Somebody has this token, once had it, or has reported under it.', hint);
  }
}
