import { ExpectedError } from '../core/errors.ts';
import { type Actor, adminIdOf, visibilityOf } from '../core/identity/authorize.ts';
import type { HttpPorts } from './ports.ts';

/** A reseller whose users have used up all that they may use together can give out no more. @throws ExpectedError */
export async function refuseAtLimit({ adminLimits }: Pick<HttpPorts, 'adminLimits'>, actor: Actor): Promise<void> {
  const id = adminIdOf(actor);
  if (id === null || visibilityOf(actor).kind === 'all') return;
  if ((await adminLimits.reachedAt(id)) === null) return;
  throw new ExpectedError('reseller-limit-reached', 'Your users have used up all that they may use together.', {
    hint: 'Wait for the next cycle, or ask the owner for more.',
  });
}
