import { Type } from '@sinclair/typebox';
import { NotFound } from '../../core/errors.ts';
import { type Actor, ownsUser } from '../../core/identity/authorize.ts';
import type { UsageHalf } from '../../core/ledger/segment.ts';
import type { ResetMark } from '../../core/ledger/usage-ledger.ts';
import type { AdminId, UserId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { setReset } from '../resetting.ts';
import { Bytes, MaybeInteger, MaybeString } from '../schemas/common.ts';
import { gib } from './gib.ts';

const ByName = Type.Object({ username: Type.String({ minLength: 1, maxLength: 128 }) });
const tags = ['statistics'];
const usageSchema = {
  tags,
  summary: 'Reset panel and external usage of one admin’s users, or of a user; a mark that can be undone',
  params: ByName,
  response: {
    200: Type.Object({
      username: Type.String(),
      is_sudo: Type.Boolean(),
      telegram_id: MaybeInteger,
      discord_webhook: MaybeString,
      users_usage: Bytes,
      reset_id: Type.String(),
    }),
  },
};
const externalSchema = {
  tags,
  summary: 'Reset only what foreign servers reported for one admin’s users, or for a user',
  params: ByName,
  response: {
    200: Type.Object({
      status: Type.Literal('success'),
      admin_username: Type.String(),
      reset_gb: Type.Number(),
      reset_connections: Type.Integer(),
      message: Type.String(),
      reset_id: Type.String(),
    }),
  },
};

/** Whose usage is reset. Admins and users share one name space. */
type Subject =
  | { readonly kind: 'admin'; readonly id: AdminId; readonly isOwner: boolean }
  | { readonly kind: 'user'; readonly id: UserId };

/** Seed A's resets of one admin. There they deleted the usage of everybody; here they are marks on that admin's users. */
export function adminResetRoutes(app: HttpApp, parts: HttpParts): void {
  const { history, identity, inventory, clock } = parts.ports;
  const config = { access: 'change-users' } as const;

  app.post('/api/admin/usage/reset/:username', { config, schema: usageSchema }, async (request) => {
    const { username } = request.params;
    const subject = await find(actorOf(request), username);
    const mark = await reset(actorOf(request), username, subject);
    await audit(parts, request, 'usage.reset', mark.id, { scope: mark.scope, users: mark.users });
    return {
      username,
      is_sudo: subject.kind === 'admin' && subject.isOwner,
      telegram_id: null,
      discord_webhook: null,
      users_usage: (await shownOf(subject)).bytes,
      reset_id: mark.id,
    };
  });

  app.post('/api/admin/external-traffic/reset/:username', { config, schema: externalSchema }, async (request) => {
    const { username } = request.params;
    const subject = await find(actorOf(request), username);
    const before = await shownOf(subject, 'reports');
    const mark = await reset(actorOf(request), username, subject, 'reports');
    await audit(parts, request, 'usage.reset', mark.id, { scope: mark.scope, users: mark.users, half: 'reports' });
    return {
      status: 'success' as const,
      admin_username: username,
      reset_gb: gib(before.bytes),
      reset_connections: before.connections,
      message: `External usage of ${username} counts from now on.`,
      reset_id: mark.id,
    };
  });

  function reset(actor: Actor, name: string, subject: Subject, half?: UsageHalf): Promise<ResetMark> {
    const whose =
      subject.kind === 'admin'
        ? ({ scope: 'owner', owner: name } as const)
        : ({ scope: 'user', userIds: [subject.id] } as const);
    return setReset(parts.ports, actor, { ...whose, ...(half === undefined ? {} : { half }) });
  }

  /** @throws NotFound */
  async function find(actor: Actor, name: string): Promise<Subject> {
    const admin = await identity.adminByName(name);
    if (admin !== null && ownsUser(actor, admin.id)) {
      return { kind: 'admin', id: admin.id, isOwner: admin.role === 'owner' };
    }
    const user = admin === null ? await inventory.findUser(name) : null;
    if (user !== null && user.deletedAt === null && ownsUser(actor, user.ownerId)) return { kind: 'user', id: user.id };
    throw new NotFound('admin or user', name);
  }

  /** Everything since the mark. */
  async function shownOf(subject: Subject, seenBy?: 'reports'): Promise<{ bytes: bigint; connections: number }> {
    if (subject.kind === 'admin') {
      const { traffic, connections } = await history.summary(null, { kind: 'owner', adminId: subject.id }, seenBy);
      return { bytes: traffic.total, connections };
    }
    const carriers = await history.userCarriers(subject.id, { from: new Date(0), to: clock.now() });
    const seen = carriers.filter(({ serviceId }) => seenBy === undefined || serviceId === null);
    return {
      bytes: seen.reduce((sum, { traffic }) => sum + traffic.total, 0n),
      connections: seen.reduce((sum, { connections }) => sum + connections, 0),
    };
  }
}
