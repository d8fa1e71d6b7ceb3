import { Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Admin } from '../../core/identity/identity-store.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import { endedSessionCookie, sessionCookie, sessionSecret } from '../auth/authenticator.ts';
import { LoginGuard } from '../auth/login-guard.ts';
import { Passwords } from '../auth/passwords.ts';
import { hashSecret, sameHash } from '../auth/secrets.ts';
import type { HttpApp } from '../http-app.ts';
import { problem } from '../problem.ts';
import { Nothing } from '../schemas/common.ts';
import { LoggedInJson, NameJson, PasswordJson, SessionJson, whoJson } from '../schemas/identity.ts';
import type { HttpParts } from '../server.ts';

const Login = Type.Object({ name: Type.String({ maxLength: 64 }), password: Type.String({ maxLength: 512 }) });
const NewPassword = Type.Object({ current: Type.String({ maxLength: 512 }), next: PasswordJson });
const Setup = Type.Object({ token: Type.String({ maxLength: 128 }), name: NameJson, password: PasswordJson });

/** Logging in and out, and the one-time link that makes the owner. */
export function sessionRoutes(app: HttpApp, parts: HttpParts): void {
  const { ports, authenticator, config } = parts;
  const guard = new LoginGuard(ports.clock);
  const passwords = new Passwords();
  const tags = ['session'];

  app.get(
    '/api/v1/session',
    { config: { access: 'public' }, schema: { tags, summary: 'Who is logged in', response: { 200: SessionJson } } },
    async (request) => {
      const [setupHash, settings] = await Promise.all([ports.identity.setupHash(), ports.operations.settings()]);
      return {
        admin: request.actor?.kind === 'admin' ? whoJson(request.actor.admin) : null,
        setupNeeded: setupHash !== null,
        version: config.version,
        timeZone: settings.timeZone,
        trackingEnabled: settings.tracking.enabled,
      };
    },
  );

  app.post(
    '/api/v1/session',
    { config: { access: 'public' }, schema: { tags, summary: 'Log in', body: Login, response: { 200: LoggedInJson } } },
    async (request, reply) => {
      const { name, password } = request.body;
      guard.check(name, request.ip);
      const admin = await ports.identity.adminByName(name);
      const matches = await passwords.verify(admin?.passwordHash ?? null, password);
      if (!matches || admin === null || admin.disabledAt !== null) {
        guard.failed(name, request.ip);
        throw problem('wrong-login', 'The name or the password is wrong.');
      }
      guard.succeeded(name, request.ip);
      return logIn(request, reply, admin);
    },
  );

  app.delete(
    '/api/v1/session',
    { config: { access: 'own-account' }, schema: { tags, summary: 'Log out', response: { 204: Nothing } } },
    async (request, reply) => {
      const secret = sessionSecret(request);
      if (secret !== null) await ports.identity.endSession(hashSecret(secret));
      return reply
        .code(204)
        .header('set-cookie', endedSessionCookie(request.protocol === 'https'))
        .send(null);
    },
  );

  app.put(
    '/api/v1/session/password',
    {
      config: { access: 'own-account' },
      schema: { tags, summary: 'Change the own password', body: NewPassword, response: { 204: Nothing } },
    },
    async (request, reply) => {
      const actor = actorOf(request);
      if (actor.kind !== 'admin') throw problem('forbidden', 'Only a person who is logged in has a password.');
      const { name } = actor.admin;
      guard.check(name, request.ip);
      const stored = await ports.identity.adminByName(name);
      if (!(await passwords.verify(stored?.passwordHash ?? null, request.body.current))) {
        guard.failed(name, request.ip);
        throw problem('wrong-login', 'The current password is wrong.');
      }
      await ports.identity.setPassword(actor.admin.id, await passwords.hash(request.body.next));
      await audit(parts, request, 'admin.password', name);
      // Changing it ends all sessions; this one goes on with a new secret.
      await logIn(request, reply, actor.admin);
      return reply.code(204).send(null);
    },
  );

  let setupInTurn: Promise<unknown> = Promise.resolve();
  app.post(
    '/api/v1/setup',
    {
      config: { access: 'public' },
      schema: { tags, summary: 'Create the owner by the one-time link', body: Setup, response: { 200: LoggedInJson } },
    },
    async (request, reply) => {
      guard.check('setup', request.ip);
      // One after the other: the link makes one owner, however often it is clicked.
      const created = setupInTurn.then(() => createOwner(request.body, request.ip));
      setupInTurn = created.catch(() => undefined);
      const admin = await created;
      await audit(parts, request, 'owner.created', admin.name);
      return logIn(request, reply, admin);
    },
  );

  async function createOwner(setup: { token: string; name: string; password: string }, address: string) {
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

  async function logIn(request: FastifyRequest, reply: FastifyReply, admin: Admin) {
    const secret = await authenticator.startSession(admin);
    reply.header('set-cookie', sessionCookie(secret, request.protocol === 'https'));
    return { admin: whoJson(admin) };
  }
}
