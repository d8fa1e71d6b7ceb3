import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { InvalidInput, NotFound } from '../../core/errors.ts';
import type { Admin } from '../../core/identity/identity-store.ts';
import type { AdminId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import { sessionSecret } from '../auth/authenticator.ts';
import { SecondFactor } from '../auth/second-factor.ts';
import { hashSecret } from '../auth/secrets.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { problem } from '../problem.ts';
import { Instant, MaybeInstant, Nothing } from '../schemas/common.ts';

const Password = Type.String({ maxLength: 512 });
const Code = Type.String({ maxLength: 64, description: 'Of the authenticator app, or a recovery code.' });
const Confirmation = Type.Object({ password: Password, code: Type.Optional(Code) });
const ById = Type.Object({ id: Type.String({ maxLength: 64 }) });
const CodesJson = Type.Object({
  recoveryCodes: Type.Array(Type.String(), { description: 'Each opens the account once. Shown this once.' }),
});

const tags = ['session'];
const stateSchema = {
  tags,
  summary: 'Whether the own account asks for a code beside the password',
  response: {
    200: Type.Object({ enabled: Type.Boolean(), since: MaybeInstant, recoveryCodes: Type.Integer({ minimum: 0 }) }),
  },
};
const proposeSchema = {
  tags,
  summary: 'A secret for an authenticator app; nothing is stored yet',
  response: { 200: Type.Object({ secret: Type.String(), uri: Type.String({ description: 'For a QR code.' }) }) },
};
const enableSchema = {
  tags,
  summary: 'Ask for a code from now on; ends the other sessions. A factor that is on is replaced',
  body: Type.Object({
    password: Password,
    secret: Type.String({ pattern: '^[A-Z2-7]{32,128}$' }),
    code: Type.String({ maxLength: 16, description: 'Of the new secret.' }),
    currentCode: Type.Optional({ ...Code, description: 'Of what is replaced: of its app, or a recovery code.' }),
  }),
  response: { 200: CodesJson },
};
const disableSchema = {
  tags,
  summary: 'Ask for the password alone',
  body: Confirmation,
  response: { 204: Nothing },
};
const renewSchema = {
  tags,
  summary: 'New recovery codes; those before stop working',
  body: Confirmation,
  response: { 200: CodesJson },
};
const sessionsSchema = {
  tags,
  summary: 'Where the own account is logged in',
  response: {
    200: Type.Object({
      items: Type.Array(Type.Object({ createdAt: Instant, expiresAt: Instant, isThis: Type.Boolean() })),
    }),
  },
};
const endSchema = {
  tags,
  summary: 'Log out everywhere else',
  response: { 200: Type.Object({ ended: Type.Integer() }) },
};
const resetSchema = {
  tags: ['admins'],
  summary: 'Take the second factor of an account away, for somebody who lost it',
  params: ById,
  response: { 204: Nothing },
};

/** The second factor of one's own account, and sessions elsewhere. */
export function twoFactorRoutes(app: HttpApp, parts: HttpParts): void {
  const { identity, twoFactors, clock } = parts.ports;
  const factor = new SecondFactor(twoFactors, clock);
  const config = { access: 'own-account' } as const;

  app.get('/api/v1/session/two-factor', { config, schema: stateSchema }, async (request) => {
    const found = await twoFactors.twoFactor(ownAccount(request).id);
    return { enabled: found !== null, since: found?.since ?? null, recoveryCodes: found?.recoveryCodes ?? 0 };
  });

  app.post('/api/v1/session/two-factor/secret', { config, schema: proposeSchema }, (request) =>
    factor.propose(ownAccount(request).name),
  );

  app.put('/api/v1/session/two-factor', { config, schema: enableSchema }, async (request) => {
    const admin = ownAccount(request);
    const { password, secret, code, currentCode } = request.body;
    await confirm(request, admin, password, currentCode);
    const recoveryCodes = await factor.enable(admin.id, secret, code);
    if (recoveryCodes === null)
      throw new InvalidInput(
        '/code',
        'The code does not fit.',
        'Take the one that the app shows now; check its clock.',
      );
    await endOthers(request, admin.id);
    await audit(parts, request, 'admin.two-factor-on', admin.name);
    return { recoveryCodes: [...recoveryCodes] };
  });

  app.delete('/api/v1/session/two-factor', { config, schema: disableSchema }, async (request, reply) => {
    const admin = ownAccount(request);
    await confirm(request, admin, request.body.password, request.body.code);
    await twoFactors.setTwoFactor(admin.id, null);
    await audit(parts, request, 'admin.two-factor-off', admin.name);
    return reply.code(204).send(null);
  });

  app.post('/api/v1/session/two-factor/recovery-codes', { config, schema: renewSchema }, async (request) => {
    const admin = ownAccount(request);
    await confirm(request, admin, request.body.password, request.body.code);
    const recoveryCodes = await factor.renewCodes(admin.id);
    await audit(parts, request, 'admin.recovery-codes', admin.name);
    return { recoveryCodes: [...recoveryCodes] };
  });

  app.get('/api/v1/sessions', { config, schema: sessionsSchema }, async (request) => {
    const secret = sessionSecret(request);
    return { items: await twoFactors.sessions(ownAccount(request).id, secret === null ? null : hashSecret(secret)) };
  });

  app.delete('/api/v1/sessions', { config, schema: endSchema }, async (request) => ({
    ended: await endOthers(request, ownAccount(request).id),
  }));

  const byOwner = { config: { access: 'manage-admins' as const }, schema: resetSchema };
  app.delete('/api/v1/admins/:id/two-factor', byOwner, async (request, reply) => {
    const { id } = request.params;
    const admin = (await identity.admin(id as AdminId)) ?? (await identity.adminByName(id));
    if (admin === null) throw new NotFound('admin', id, 'GET /api/v1/admins lists them.');
    await twoFactors.setTwoFactor(admin.id, null);
    await audit(parts, request, 'admin.two-factor-reset', admin.name);
    return reply.code(204).send(null);
  });

  /** As when logging in: whoever sits before an open session has neither password nor code. */
  async function confirm(request: FastifyRequest, admin: Admin, password: string, code: string | undefined) {
    parts.logins.check(admin.name, request.ip);
    const stored = (await identity.adminByName(admin.name))?.passwordHash ?? null;
    const attempt = parts.logins.attempt(admin.name, request.ip);
    if (!(await parts.passwords.verify(stored, password, attempt)))
      throw problem('wrong-login', 'The password is wrong.');
    await factor.confirm(parts.logins, admin, request.ip, code);
  }

  async function endOthers(request: FastifyRequest, id: AdminId): Promise<number> {
    const secret = sessionSecret(request);
    return secret === null ? 0 : await twoFactors.endOtherSessions(id, hashSecret(secret));
  }
}

function ownAccount(request: FastifyRequest): Admin {
  const actor = actorOf(request);
  if (actor.kind !== 'admin') throw problem('forbidden', 'Only a person who is logged in has an account.');
  return actor.admin;
}
