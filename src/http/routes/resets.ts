import { Type } from '@sinclair/typebox';
import { NotFound } from '../../core/errors.ts';
import { type Actor, adminIdOf, ownsUser, visibilityOf } from '../../core/identity/authorize.ts';
import type { InventoryStore } from '../../core/inventory/inventory-store.ts';
import type { ResetEffect, ResetMark, ScheduledReset } from '../../core/ledger/usage-ledger.ts';
import type { AdminId, ResetId, ScheduledResetId, UserId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { previewReset, previewUndoReset, scheduleReset, setReset, undoReset } from '../resetting.ts';
import { PageOf, PageQuery } from '../schemas/common.ts';
import {
  NewReset,
  NewScheduledReset,
  ResetEffectJson,
  ResetJson,
  resetEffectJson,
  resetJson,
  ScheduledResetJson,
  scheduledResetJson,
  USERS_NAMED,
} from '../schemas/resets.ts';

const tags = ['ledger'];
const ById = Type.Object({ id: Type.String({ maxLength: 64 }) });
const pages = { tags, querystring: Type.Object(PageQuery) };
const listSchema = { ...pages, summary: 'Reset marks', response: { 200: PageOf(ResetJson) } };
const setSchema = { tags, summary: 'Set a reset mark', body: NewReset, response: { 201: ResetJson } };
const previewSchema = {
  tags,
  summary: 'What a reset would do to shown usage',
  body: NewReset,
  response: { 200: ResetEffectJson },
};
const undoSchema = {
  tags,
  summary: 'Undo a reset mark: shown usage is old plus new',
  params: ById,
  response: { 200: ResetJson },
};
const undoPreviewSchema = {
  tags,
  summary: 'What undoing a reset mark would do to shown usage',
  params: ById,
  response: { 200: ResetEffectJson },
};
const plannedSchema = { ...pages, summary: 'Planned resets', response: { 200: PageOf(ScheduledResetJson) } };
const planSchema = {
  tags,
  summary: 'Plan a reset for an instant to come',
  body: NewScheduledReset,
  response: { 201: ScheduledResetJson },
};
const cancelSchema = { tags, summary: 'Cancel a planned reset', params: ById, response: { 200: ScheduledResetJson } };

/** Reset marks: usage is shown from the mark on; nothing is removed, and a mark can be undone. */
export function resetRoutes(app: HttpApp, parts: HttpParts): void {
  const { history, ledger, identity, inventory } = parts.ports;
  const config = { access: 'change-users' } as const;

  app.get('/api/v1/resets', { config, schema: listSchema }, async (request) => {
    const { limit, cursor = null } = request.query;
    const page = await history.resets(limit, cursor, onlyBy(actorOf(request)));
    return { ...page, items: await Promise.all(page.items.map(markJson)) };
  });

  app.post('/api/v1/resets', { config, schema: setSchema }, async (request, reply) => {
    const mark = await setReset(parts.ports, actorOf(request), request.body);
    await audit(parts, request, 'usage.reset', mark.id, detailOf(mark, request.body.owner));
    return reply.code(201).send(await markJson(mark));
  });

  app.post('/api/v1/resets/preview', { config, schema: previewSchema }, async (request) =>
    effectJson(await previewReset(parts.ports, actorOf(request), request.body)),
  );

  app.get('/api/v1/resets/:id/undo-preview', { config, schema: undoPreviewSchema }, async (request) =>
    effectJson(await previewUndoReset(parts.ports, actorOf(request), request.params.id as ResetId)),
  );

  app.delete('/api/v1/resets/:id', { config, schema: undoSchema }, async (request) => {
    const mark = await undoReset(parts.ports, actorOf(request), request.params.id as ResetId);
    await audit(parts, request, 'usage.reset-undone', mark.id);
    return markJson(mark);
  });

  app.get('/api/v1/scheduled-resets', { config, schema: plannedSchema }, async (request) => {
    const { limit, cursor = null } = request.query;
    const page = await history.scheduledResets(limit, cursor, onlyBy(actorOf(request)));
    return { ...page, items: await Promise.all(page.items.map((each) => plannedJson(each, actorOf(request)))) };
  });

  app.post('/api/v1/scheduled-resets', { config, schema: planSchema }, async (request, reply) => {
    const at = new Date(request.body.at);
    const planned = await scheduleReset(parts.ports, actorOf(request), { ...request.body, at });
    await audit(parts, request, 'usage.reset-planned', planned.id, { scope: planned.scope, at });
    return reply.code(201).send(await plannedJson(planned, actorOf(request)));
  });

  app.delete('/api/v1/scheduled-resets/:id', { config, schema: cancelSchema }, async (request) => {
    const actor = actorOf(request);
    const id = request.params.id as ScheduledResetId;
    await requireOwnPlan(actor, id);
    const cancelled = await ledger.cancelScheduledReset(id, adminIdOf(actor));
    await audit(parts, request, 'usage.reset-cancelled', id);
    return plannedJson(cancelled, actor);
  });

  /** @throws NotFound if a reseller names what others planned */
  async function requireOwnPlan(actor: Actor, id: ScheduledResetId): Promise<void> {
    const by = onlyBy(actor);
    if (by === null) return;
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof history.scheduledResets>> = await history.scheduledResets(1000, cursor, by);
      if (page.items.some((each) => each.id === id)) return;
      cursor = page.nextCursor;
    } while (cursor !== null);
    throw new NotFound('planned reset', id);
  }

  async function namesOf(...ids: (AdminId | null)[]) {
    const known = ids.flatMap((id) => id ?? []);
    const named = await Promise.all(known.map(async (id) => [id, (await identity.admin(id))?.name ?? ''] as const));
    return { admins: new Map(named.filter(([, name]) => name !== '')) };
  }

  async function markJson(mark: ResetMark) {
    return resetJson(mark, await namesOf(mark.by));
  }

  async function plannedJson(planned: ScheduledReset, actor: Actor) {
    const users = await namesOfOwn(actor, inventory, planned.userIds.slice(0, USERS_NAMED));
    return scheduledResetJson(planned, { ...(await namesOf(planned.by, planned.ownerId)), users });
  }

  async function userNames(ids: readonly UserId[]) {
    const named = ids.map(async (id) => [id, (await inventory.user(id))?.name ?? ''] as const);
    return new Map(await Promise.all(named));
  }

  async function effectJson(effect: ResetEffect) {
    return resetEffectJson(effect, { users: await userNames(effect.most.map(({ userId }) => userId)) });
  }
}

/** Who belongs to another admin by now is not named. */
async function namesOfOwn(actor: Actor, inventory: Pick<InventoryStore, 'user'>, ids: readonly UserId[]) {
  const users = await Promise.all(ids.map((id) => inventory.user(id)));
  const own = users.flatMap((user) => (user !== null && ownsUser(actor, user.ownerId) ? [user] : []));
  return new Map(own.map(({ id, name }) => [id, name]));
}

function detailOf({ scope, half, users }: ResetMark, owner: string | undefined) {
  return { scope, users, ...(scope === 'owner' ? { owner } : {}), ...(half === null ? {} : { half }) };
}

/** A reseller sees the marks that they set; null: all marks. */
function onlyBy(actor: Actor): AdminId | null {
  const who = visibilityOf(actor);
  return who.kind === 'all' ? null : who.adminId;
}
