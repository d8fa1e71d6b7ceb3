import { Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Admin } from '../../core/identity/identity-store.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import { endedSessionCookie, sessionCookie, sessionSecret } from '../auth/authenticator.ts';
import { SecondFactor } from '../auth/second-factor.ts';
import { hashSecret } from '../auth/secrets.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { problem } from '../problem.ts';
import { Nothing } from '../schemas/common.ts';
import { LoggedInJson, PasswordJson, SessionJson, whoJson } from '../schemas/identity.ts';

const Login = Type.Object({
  name: Type.String({ maxLength: 64 }),
  password: Type.String({ maxLength: 512 }),
  code: Type.Optional(Type.String({ maxLength: 64, description: 'Of the authenticator app, or a recovery code.' })),
});
const NewPassword = Type.Object({ current: Type.String({ maxLength: 512 }), next: PasswordJson });

const tags = ['session'];
const whoSchema = { tags, summary: 'Who is logged in', response: { 200: SessionJson } };
const logInSchema = { tags, summary: 'Log in', body: Login, response: { 200: LoggedInJson } };
const logOutSchema = { tags, summary: 'Log out', response: { 204: Nothing } };
const passwordSchema = {
  tags,
  summary: 'Change the own password',
  body: NewPassword,
  response: { 204: Nothing },
};

/** Logging in and out. */
export function sessionRoutes(app: HttpApp, parts: HttpParts): void {
  const { ports, config, logins: guard, passwords } = parts;
  const factor = new SecondFactor(ports.twoFactors, ports.clock);

  app.get('/api/v1/session', { config: { access: 'public' }, schema: whoSchema }, async (request) => {
    const [setupHash, settings] = await Promise.all([ports.identity.setupHash(), ports.operations.settings()]);
    return {
      admin: request.actor?.kind === 'admin' ? whoJson(request.actor.admin) : null,
      setupNeeded: setupHash !== null,
      version: config.version,
      timeZone: settings.timeZone,
      trackingEnabled: settings.tracking.enabled,
      publicSummary: config.publicSummary,
    };
  });

  app.post('/api/v1/session', { config: { access: 'public' }, schema: logInSchema }, async (request, reply) => {
    const { name, password, code } = request.body;
    guard.check(name, request.ip);
    const found = await ports.identity.adminByName(name);
    const admin = found?.disabledAt === null ? found : null;
    const matches = await passwords.verify(admin?.passwordHash ?? null, password, guard.attempt(name, request.ip));
    if (!matches || admin === null) throw problem('wrong-login', 'The name or the password is wrong.');
    await factor.confirm(guard, admin, request.ip, code);
    return logIn(parts, request, reply, admin);
  });

  app.delete('/api/v1/session', { config: { access: 'own-account' }, schema: logOutSchema }, async (request, reply) => {
    const secret = sessionSecret(request);
    if (secret !== null) await ports.identity.endSession(hashSecret(secret));
    return reply
      .code(204)
      .header('set-cookie', endedSessionCookie(request.protocol === 'https'))
      .send(null);
  });

  app.put(
    '/api/v1/session/password',
    { config: { access: 'own-account' }, schema: passwordSchema },
    async (request, reply) => {
      const actor = actorOf(request);
      if (actor.kind !== 'admin') throw problem('forbidden', 'Only a person who is logged in has a password.');
      const { name } = actor.admin;
      guard.check(name, request.ip);
      const stored = (await ports.identity.adminByName(name))?.passwordHash ?? null;
      if (!(await passwords.verify(stored, request.body.current, guard.attempt(name, request.ip))))
        throw problem('wrong-login', 'The current password is wrong.');
      await ports.identity.setPassword(actor.admin.id, await passwords.hash(request.body.next));
      await audit(parts, request, 'admin.password', name);
      // Changing it ends all sessions; this one goes on with a new secret.
      await logIn(parts, request, reply, actor.admin);
      return reply.code(204).send(null);
    },
  );
}

/** Starts a session; the answer carries its cookie. */
export async function logIn({ authenticator }: HttpParts, request: FastifyRequest, reply: FastifyReply, admin: Admin) {
  const secret = await authenticator.startSession(admin);
  reply.header('set-cookie', sessionCookie(secret, request.protocol === 'https'));
  return { admin: whoJson(admin) };
}
