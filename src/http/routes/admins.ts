import { Type } from '@sinclair/typebox';
import { NotFound } from '../../core/errors.ts';
import type { Admin } from '../../core/identity/identity-store.ts';
import type { AdminId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { problem } from '../problem.ts';
import { Nothing } from '../schemas/common.ts';
import { AdminJson, adminJson, NameJson, PasswordJson, RoleJson } from '../schemas/identity.ts';

const ById = Type.Object({ id: Type.String({ maxLength: 64 }) });

const tags = ['admins'];
const listSchema = {
  tags,
  summary: 'All accounts',
  response: { 200: Type.Object({ items: Type.Array(AdminJson) }) },
};
const createSchema = {
  tags,
  summary: 'Create an account',
  body: Type.Object({ name: NameJson, role: RoleJson, password: PasswordJson }),
  response: { 201: AdminJson },
};
const passwordSchema = {
  tags,
  summary: 'Set a password; ends the sessions of that account',
  params: ById,
  body: Type.Object({ password: PasswordJson }),
  response: { 204: Nothing },
};
const disableSchema = {
  tags,
  summary: 'Disable or enable an account, with its sessions and tokens',
  params: ById,
  body: Type.Object({ disabled: Type.Boolean() }),
  response: { 200: AdminJson },
};

/** Accounts of people who log in; the owner's business. */
export function adminRoutes(app: HttpApp, parts: HttpParts): void {
  const { identity, clock, twoFactors } = parts.ports;
  const { passwords } = parts;
  const config = { access: 'manage-admins' } as const;

  app.get('/api/v1/admins', { config, schema: listSchema }, async () => ({
    items: await Promise.all((await identity.admins()).map(asJson)),
  }));

  app.post('/api/v1/admins', { config, schema: createSchema }, async (request, reply) => {
    const { name, role, password } = request.body;
    const passwordHash = await passwords.hash(password);
    const admin = await identity.addAdmin({ name, role, passwordHash, createdAt: clock.now() });
    // The link that makes an owner is of no use once there is one.
    if (role === 'owner') await identity.setSetupHash(null);
    await audit(parts, request, 'admin.created', name, { role });
    return reply.code(201).send(await asJson(admin));
  });

  app.put('/api/v1/admins/:id/password', { config, schema: passwordSchema }, async (request, reply) => {
    const admin = await find(request.params.id);
    await identity.setPassword(admin.id, await passwords.hash(request.body.password));
    await audit(parts, request, 'admin.password', admin.name);
    return reply.code(204).send(null);
  });

  app.patch('/api/v1/admins/:id', { config, schema: disableSchema }, async (request) => {
    const admin = await find(request.params.id);
    const { disabled } = request.body;
    if (disabled) await keepAnOwner(admin);
    const disabledAt = disabled ? clock.now() : null;
    await identity.setAdminDisabled(admin.id, disabledAt);
    parts.authenticator.forget();
    await audit(parts, request, disabled ? 'admin.disabled' : 'admin.enabled', admin.name);
    return await asJson({ ...admin, disabledAt });
  });

  async function asJson(admin: Admin) {
    return adminJson(admin, (await twoFactors.twoFactor(admin.id)) !== null);
  }

  /** By id or by name: the command line knows names. */
  async function find(text: string): Promise<Admin> {
    const admin = (await identity.admin(text as AdminId)) ?? (await identity.adminByName(text));
    if (admin === null) throw new NotFound('admin', text, 'GET /api/v1/admins lists them.');
    return admin;
  }

  async function keepAnOwner(admin: Admin): Promise<void> {
    const others = (await identity.admins()).filter((other) => {
      return other.role === 'owner' && other.disabledAt === null && other.id !== admin.id;
    });
    if (admin.role === 'owner' && others.length === 0) {
      throw problem('last-owner', `"${admin.name}" is the only owner; nobody could log in as owner any more.`);
    }
  }
}
