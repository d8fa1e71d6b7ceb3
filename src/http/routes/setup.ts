import { type Static, Type } from '@sinclair/typebox';
import { audit } from '../audit.ts';
import { LoginGuard } from '../auth/login-guard.ts';
import { Passwords } from '../auth/passwords.ts';
import { hashSecret, sameHash } from '../auth/secrets.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { problem } from '../problem.ts';
import { LoggedInJson, NameJson, PasswordJson } from '../schemas/identity.ts';
import { logIn } from './session.ts';

const Setup = Type.Object({ token: Type.String({ maxLength: 128 }), name: NameJson, password: PasswordJson });

const tags = ['session'];
const setupSchema = {
  tags,
  summary: 'Create the owner by the one-time link',
  body: Setup,
  response: { 200: LoggedInJson },
};

/** The one-time link that makes the owner. */
export function setupRoutes(app: HttpApp, parts: HttpParts): void {
  const { ports } = parts;
  const guard = new LoginGuard(ports.clock);
  const passwords = new Passwords();
  let setupInTurn: Promise<unknown> = Promise.resolve();
  app.post('/api/v1/setup', { config: { access: 'public' }, schema: setupSchema }, async (request, reply) => {
    guard.check('setup', request.ip);
    // One after the other: the link makes one owner, however often it is clicked.
    const created = setupInTurn.then(() => createOwner(request.body, request.ip));
    setupInTurn = created.catch(() => undefined);
    const admin = await created;
    await audit(parts, request, 'owner.created', admin.name);
    return logIn(parts, request, reply, admin);
  });

  async function createOwner(setup: Static<typeof Setup>, address: string) {
    const expected = await ports.identity.setupHash();
    if (expected === null || !sameHash(expected, hashSecret(setup.token))) {
      guard.failed('setup', address);
      throw problem('setup-link-invalid', 'This setup link was used already, or it was replaced by a later one.');
    }
    const passwordHash = await passwords.hash(setup.password);
    const { name } = setup;
    const admin = await ports.identity.addAdmin({ name, role: 'owner', passwordHash, createdAt: ports.clock.now() });
    await ports.identity.setSetupHash(null);
    return admin;
  }
}
