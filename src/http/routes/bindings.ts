import { type Static, Type } from '@sinclair/typebox';
import { NotFound } from '../../core/errors.ts';
import { adminIdOf } from '../../core/identity/authorize.ts';
import type { EntryEffect } from '../../core/ledger/entry.ts';
import { type BillingCycle, type CycleBounds, cycleAt, previousCycle } from '../../core/units/billing-cycle.ts';
import type { Calendar } from '../../core/units/calendar.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import { EntryViews } from '../entry-views.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Nullable } from '../schemas/common.ts';
import { CycleJson, cycleJson } from '../schemas/cycles.ts';
import { OutcomeJson, Preview, Reason } from '../schemas/entries.ts';

const Id = Type.String({ minLength: 1, maxLength: 256 });
const NewBinding = Type.Object({
  userId: Nullable(Type.String({ ...Id, description: 'Whose it is in that time; null: nobody’s, from then on.' })),
  from: Type.String({ format: 'date-time', description: 'Not ahead. What was counted since goes with the peer.' }),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Default: until further notice.' })),
  reason: Reason,
  preview: Preview,
});
const RebindingOutcomeJson = Type.Object(
  {
    ...OutcomeJson.properties,
    cycles: Type.Array(CycleJson, {
      description: 'Billing cycles whose usage changes, the newest first, at most 60; closed ones, too.',
    }),
  },
  { $id: 'RebindingOutcome' },
);
const schema = {
  tags: ['peers'],
  summary: 'Give a peer to another user from a past instant on, with what was counted since; undone as a correction is',
  params: Type.Object({ id: Id }),
  body: NewBinding,
  response: { 200: RebindingOutcomeJson },
};

const MOST_CYCLES = 60;

/** Whose a peer was: the past given to somebody else. */
export function bindingRoutes(app: HttpApp, parts: HttpParts): void {
  const { ledger, inventory, operations, clock } = parts.ports;
  const views = new EntryViews(parts.ports);

  app.post('/api/v1/peers/:id/binding', { config: { access: 'change-all' }, schema }, async (request) => {
    const { userId, from, to, reason, preview = false } = request.body;
    const peer = await inventory.findPeer(request.params.id);
    if (peer === null) throw new NotFound('peer', request.params.id, 'GET /api/v1/peers lists them.');
    const user = userId === null ? null : await inventory.findUser(userId);
    if (userId !== null && (user === null || user.deletedAt !== null)) throw new NotFound('user', userId);
    const time = { from: new Date(from), to: to === undefined ? null : new Date(to) };
    const asked = { peerId: peer.id, userId: user?.id ?? null, ...time, reason, by: adminIdOf(actorOf(request)) };
    const outcome = await ledger.rebind(asked, preview);
    if (outcome.entry !== null) {
      const detail = { entry: outcome.entry.id, userId: asked.userId, from: time.from, to: time.to, reason };
      await audit(parts, request, 'peer.rebound', peer.id, detail);
    }
    const scene = { cycle: await operations.billingCycle(), calendar: await operations.calendar(), now: clock.now() };
    const cycles = touchedCycles(outcome.effect, scene);
    return { ...(await views.outcome(actorOf(request), outcome)), cycles };
  });
}

interface Scene {
  readonly cycle: BillingCycle;
  readonly calendar: Calendar;
  readonly now: Date;
}

function touchedCycles({ from, to }: EntryEffect, { cycle, calendar, now }: Scene): Static<typeof CycleJson>[] {
  if (from === null || to === null) return [];
  const cycles: CycleBounds[] = [];
  let bounds = cycleAt(cycle, calendar, to.getTime() - 1);
  while (bounds !== null && bounds.toMs > from.getTime() && cycles.length < MOST_CYCLES) {
    cycles.push(bounds);
    bounds = previousCycle(cycle, calendar, bounds);
  }
  return cycles.map((each) => cycleJson(each, now));
}
