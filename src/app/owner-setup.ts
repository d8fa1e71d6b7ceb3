import { hostname, userInfo } from 'node:os';
import type { IdentityStore } from '../core/identity/identity-store.ts';
import type { Clock } from '../core/units/clock.ts';
import { Passwords } from '../http/auth/passwords.ts';
import { hashSecret, newSecret } from '../http/auth/secrets.ts';
import type { Config } from './config.ts';
import { isLoopback } from './product-notices.ts';

/**
 * Sees to it that there can be an owner: creates the one that the environment names, or answers the token of a new
 * one-time link. Null when there is an owner already. A link from an earlier start ends with the new one.
 */
export async function prepareOwner(
  identity: IdentityStore,
  clock: Pick<Clock, 'now'>,
  firstAdmin: Config['firstAdmin'],
): Promise<string | null> {
  const hasOwner = (await identity.admins()).some((admin) => admin.role === 'owner');
  if (hasOwner) return null;
  if (firstAdmin !== null) {
    const passwordHash = await new Passwords().hash(firstAdmin.password);
    await identity.addAdmin({ name: firstAdmin.name, role: 'owner', passwordHash, createdAt: clock.now() });
    return null;
  }
  const token = newSecret();
  await identity.setSetupHash(hashSecret(token));
  return token;
}

/** What a person reads when the server is up: where the panel is and, at first, how to become its owner. */
export function greeting(url: string, config: Config, setupToken: string | null): string {
  const lines = [`Xpert is ready: ${url}`];
  const address = new URL(url);
  if (config.publicUrl !== null) lines.push(`Published as ${config.publicUrl}`);
  if (setupToken !== null) {
    lines.push(
      '',
      'Create the owner with this link (it works once):',
      `  ${config.publicUrl ?? url}/#/setup/${setupToken}`,
    );
  }
  if (config.publicUrl === null && isLoopback(address.hostname)) {
    const { port } = address;
    lines.push('', 'From another machine, open a tunnel first and use the same address there:');
    lines.push(`  ssh -L ${port}:127.0.0.1:${port} ${whoCanLogIn()}@${hostname()}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A service runs as a user that nobody can log in as. */
function whoCanLogIn(): string {
  const { username, shell } = userInfo();
  return /\/(nologin|false)$/.test(shell ?? '') ? 'root' : username;
}
