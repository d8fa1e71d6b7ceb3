import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { ExpectedError } from '../../core/errors.ts';
import { countsFromStart, cycleFrom } from '../../core/quota/plan.ts';
import type { UserStanding } from '../../core/quota/quota-store.ts';
import { type CycleBounds, cycleAt } from '../../core/units/billing-cycle.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { lastDays } from '../period.ts';
import { publicUrl, type Visitor, visitorOf } from '../subscription/visitor.ts';
import { Figures } from './figures.ts';
import { languageOf } from './language.ts';
import { nobodysPage, type PageContent, userPage } from './page.ts';

const DAYS = 30;
const DAY_SECONDS = 86_400;
const HTML = 'text/html; charset=utf-8';

/** Without a summary: a page for people, no part of the API's description. */
const schema = {
  params: Type.Object({ link_token: Type.String({ minLength: 1, maxLength: 2048 }) }),
  querystring: Type.Object({ lang: Type.Optional(Type.String({ maxLength: 16 })) }),
};

/** `/u/LINK_TOKEN`: what a user sees of their own usage, without a login and without a script. */
export function userPageRoutes(app: HttpApp, parts: HttpParts): void {
  app.get('/u/:link_token', { config: { access: 'public' }, schema }, async (request, reply) => {
    try {
      const visitor = await visitorOf(parts, request.params.link_token);
      const { timeZone } = await parts.ports.operations.settings();
      const content = await contentFor(parts, request, visitor);
      return reply.type(HTML).send(userPage(content, new Figures(content.language, timeZone)));
    } catch (error) {
      if (!(error instanceof ExpectedError) || error.code !== 'not-found') throw error;
      return reply
        .code(404)
        .type(HTML)
        .send(nobodysPage(languageOf(request)));
    }
  });
}

async function contentFor(
  parts: HttpParts,
  request: FastifyRequest,
  { user, used, standing }: Visitor,
): Promise<PageContent> {
  const { history, operations, clock } = parts.ports;
  const now = clock.now();
  const period = lastDays(DAYS, await operations.calendar(), now);
  const bounds = await cycleOf(parts, standing, now);
  const cycle = bounds === null ? null : { from: new Date(bounds.fromMs), to: new Date(bounds.toMs) };
  const query = {
    period,
    bucketSeconds: DAY_SECONDS,
    by: 'total',
    userId: user.id,
    nodeId: null,
    maxSeries: 1,
  } as const;
  const [inCycle, servers, series] = await Promise.all([
    cycle === null ? null : history.usageBetween(user.id, cycle),
    history.userCarriers(user.id, cycle === null ? period : { from: cycle.from, to: now }),
    history.series(query, { kind: 'all' }),
  ]);
  const [line] = series.series;
  const link = `${publicUrl(parts, request)}/api/xpert/sub?user_token=${encodeURIComponent(user.linkToken)}`;
  return {
    language: languageOf(request),
    name: user.name,
    state: user.state,
    standing,
    used,
    // Beside quotas what counts towards them: history that was claimed does not.
    cycle:
      cycle === null || inCycle === null
        ? null
        : { ...cycle, used: standing === null ? inCycle.shown : inCycle.inCycle },
    asOf: now,
    days: series.from.map((from, i) => ({ from, total: line === undefined ? 0n : (line.traffic[i]?.total ?? null) })),
    servers,
    link,
    qr: await qrOf(link),
  };
}

/** The running cycle of the user's terms, else that of the panel; null: their usage never begins anew. */
async function cycleOf({ ports }: HttpParts, standing: UserStanding | null, now: Date): Promise<CycleBounds | null> {
  const calendar = await ports.operations.calendar();
  if (standing === null) return cycleAt(await ports.operations.billingCycle(), calendar, now.getTime());
  const { startedAt, terms } = standing;
  // It begins with the first use: nobody knows yet when.
  if (startedAt === null && countsFromStart(terms.cycle)) return null;
  const start = calendar.dayOf((startedAt ?? now).getTime());
  return cycleAt(cycleFrom(terms.cycle, start.number), calendar, now.getTime());
}

/** Loaded when the first page is opened: most servers never need it. */
async function qrOf(text: string): Promise<string> {
  const { default: qrcode } = await import('qrcode');
  return await qrcode.toString(text, { type: 'svg', margin: 1, errorCorrectionLevel: 'M' });
}
