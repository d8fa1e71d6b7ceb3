import { type Static, Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { adminIdOf } from '../../core/identity/authorize.ts';
import type { AsideItem } from '../../core/ledger/entry.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import { EntryViews } from '../entry-views.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { PageOf, PageQuery } from '../schemas/common.ts';
import { BaselineJson, OutcomeJson, Preview, QuarantinedJson, Reason } from '../schemas/entries.ts';

const NewDecision = Type.Object({
  decision: Type.Union([Type.Literal('book'), Type.Literal('dismiss')]),
  reason: Reason,
  beforeXpert: Type.Optional(Type.Boolean({ description: 'Also what flowed before Xpert counted there.' })),
  preview: Preview,
});

const tags = ['ledger'];
const decideSchema = {
  tags,
  summary: 'Book what was set aside, or dismiss it; once, and it can be undone',
  params: Type.Object({ id: Type.String({ maxLength: 32 }) }),
  body: NewDecision,
  response: { 200: OutcomeJson },
};

/** What was kept without counting it, and what admins decide about it. */
export function setAsideRoutes(app: HttpApp, parts: HttpParts): void {
  const { ledger, history } = parts.ports;
  const views = new EntryViews(parts.ports);
  const looking = { access: 'view-all' } as const;
  const changing = { access: 'change-all' } as const;

  app.get(
    '/api/v1/quarantine',
    {
      config: looking,
      schema: {
        tags,
        summary: 'Implausible reports and readings: kept, not counted',
        querystring: Type.Object(PageQuery),
        response: { 200: PageOf(QuarantinedJson) },
      },
    },
    async (request) => {
      const page = await history.quarantine(request.query.limit, request.query.cursor ?? null);
      return { ...page, items: await Promise.all(page.items.map((item) => views.quarantined(item))) };
    },
  );

  app.get(
    '/api/v1/baselines',
    {
      config: looking,
      schema: {
        tags,
        summary: 'What counters already showed where counting began, and may have been traffic',
        querystring: Type.Object(PageQuery),
        response: { 200: PageOf(BaselineJson) },
      },
    },
    async (request) => {
      const page = await history.baselines(request.query.limit, request.query.cursor ?? null);
      return { ...page, items: await Promise.all(page.items.map((item) => views.baseline(item))) };
    },
  );

  app.post('/api/v1/quarantine/:id/decision', { config: changing, schema: decideSchema }, (request) =>
    decide(request, { kind: 'quarantine', id: request.params.id }, request.body),
  );

  app.post('/api/v1/baselines/:id/decision', { config: changing, schema: decideSchema }, (request) =>
    decide(request, { kind: 'baseline', id: request.params.id }, request.body),
  );

  async function decide(request: FastifyRequest, item: AsideItem, body: Static<typeof NewDecision>) {
    const { decision, reason, beforeXpert = false, preview = false } = body;
    const by = adminIdOf(actorOf(request));
    const outcome = await ledger.decide({ item, decision, beforeXpert, reason, by }, preview);
    if (outcome.entry !== null) await audit(parts, request, `${item.kind}.${decision}`, item.id, { reason });
    return views.outcome(actorOf(request), outcome);
  }
}
