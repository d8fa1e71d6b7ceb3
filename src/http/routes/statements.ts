import { Type } from '@sinclair/typebox';
import { InvalidInput, NotFound } from '../../core/errors.ts';
import {
  type BillingCycle,
  type CycleBounds,
  cycleAt,
  formatCycle,
  parseCycle,
  previousCycle,
} from '../../core/units/billing-cycle.ts';
import { type Calendar, parseDay } from '../../core/units/calendar.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { oneOf } from '../schemas/common.ts';
import {
  CyclesJson,
  cycleJson,
  StatementJson,
  type StatementScene,
  statementJson,
  usageJson,
} from '../schemas/cycles.ts';
import { statementPage } from '../statement/page.ts';
import { STATEMENT_POLICY } from '../statement/style.ts';
import { PAGE_LANGUAGES, type PageLanguage } from '../user-page/language.ts';
import { visibleUser } from '../visible-user.ts';

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) });
const CycleText = Type.Optional(
  Type.String({
    maxLength: 64,
    description:
      'day, week:sat, week:fa-IR, month:15, jalali-month:1, days:30@2026-11-01, year:07-01, jalali-year:01-01. Default: as in the settings.',
  }),
);
const At = Type.Optional(
  Type.String({ maxLength: 64, description: 'An instant or a date (YYYY-MM-DD) in the cycle. Default: now.' }),
);

const tags = ['billing'];
const cyclesSchema = {
  tags,
  summary: "A user's last cycles with what was used in each, and when the running one ends",
  params: ById,
  querystring: Type.Object({ cycle: CycleText, at: At, count: Type.Integer({ minimum: 1, maximum: 60, default: 12 }) }),
  response: { 200: CyclesJson },
};
const statementSchema = {
  tags,
  summary: 'One cycle of one user: a page to be printed, or JSON',
  params: ById,
  querystring: Type.Object({
    cycle: CycleText,
    at: At,
    format: Type.Union([Type.Literal('html'), Type.Literal('json')], { default: 'html' }),
    lang: oneOf<PageLanguage>(PAGE_LANGUAGES, { default: 'en' }),
  }),
  response: { 200: StatementJson },
};

/** What a user used per cycle. */
export function statementRoutes(app: HttpApp, parts: HttpParts): void {
  const { history, operations, clock } = parts.ports;
  const config = { access: 'view' } as const;

  app.get('/api/v1/users/:id/cycles', { config, schema: cyclesSchema }, async (request) => {
    const user = await visibleUser(parts.ports, actorOf(request), request.params.id);
    const scene = await sceneOf(request.query);
    const { cycle, calendar, timeZone, now, bounds } = scene;
    const items = [];
    let shown: CycleBounds | null = bounds;
    while (shown !== null && items.length < request.query.count) {
      const usage = await history.usageBetween(user.id, { from: new Date(shown.fromMs), to: new Date(shown.toMs) });
      items.push({ ...cycleJson(shown, now), ...usageJson(usage) });
      shown = previousCycle(cycle, calendar, shown);
    }
    const running = cycleAt(cycle, calendar, now.getTime());
    const resetsAt = running === null ? null : new Date(running.toMs);
    const resetsInSeconds = resetsAt === null ? null : Math.ceil((resetsAt.getTime() - now.getTime()) / 1000);
    return { cycle: formatCycle(cycle), timeZone, resetsAt, resetsInSeconds, items };
  });

  app.get('/api/v1/users/:id/statement', { config, schema: statementSchema }, async (request, reply) => {
    const { format, lang } = request.query;
    const user = await visibleUser(parts.ports, actorOf(request), request.params.id);
    const scene = await sceneOf(request.query);
    const { bounds, cycle, timeZone, now } = scene;
    const period = { from: new Date(bounds.fromMs), to: new Date(bounds.toMs) };
    const statement = await history.statement(user.id, period);
    if (statement === null) throw new NotFound('user', request.params.id);
    if (format === 'json') return statementJson(statement, scene);
    const months = 'months' in cycle ? cycle.months : 'gregorian';
    reply.header('content-security-policy', STATEMENT_POLICY).type('text/html; charset=utf-8');
    return reply.send(statementPage(statement, { language: lang, months, timeZone, now }) as never);
  });

  async function sceneOf({ cycle: text, at }: { cycle?: string; at?: string }): Promise<StatementScene & WithCalendar> {
    const cycle = text === undefined ? await operations.billingCycle() : cycleOf(text);
    const calendar = await operations.calendar();
    const now = clock.now();
    const bounds = cycleAt(cycle, calendar, instantOf(at, calendar, now));
    if (bounds === null)
      throw new InvalidInput('/query/cycle', '"none" has no cycles.', 'Name a cycle, such as month.');
    return { cycle, calendar, bounds, timeZone: calendar.zoneAt(bounds.toMs - 1), now };
  }
}

interface WithCalendar {
  readonly calendar: Calendar;
}

function cycleOf(text: string): BillingCycle {
  const cycle = parseCycle(text);
  if (cycle !== null) return cycle;
  throw new InvalidInput(
    '/query/cycle',
    `"${text}" is no cycle.`,
    'For example day, week:sat, month:15, jalali-month:1, days:30@2026-11-01 or year.',
  );
}

/** Cycles before and after it have years of four digits. */
const SOONEST_MS = Date.UTC(1970, 0, 1);
const LATEST_MS = Date.UTC(9000, 0, 1);

function instantOf(text: string | undefined, calendar: Calendar, now: Date): number {
  if (text === undefined) return now.getTime();
  const day = parseDay(text);
  const ms = day === null ? msOf(text) : calendar.day(day).fromMs;
  if (ms >= SOONEST_MS && ms < LATEST_MS) return ms;
  if (!Number.isNaN(ms)) throw new InvalidInput('/query/at', '"at" must lie between the years 1970 and 9000.');
  throw new InvalidInput(
    '/query/at',
    '"at" must be a date such as 2026-11-01, or an instant such as 2026-11-01T00:00:00Z.',
  );
}

function msOf(text: string): number {
  return /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN;
}
