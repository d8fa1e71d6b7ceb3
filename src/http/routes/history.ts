import { type Static, Type } from '@sinclair/typebox';
import { InvalidInput, NotFound } from '../../core/errors.ts';
import type { HistoryRebuild } from '../../core/ledger/history-rebuild.ts';
import { formatDay, parseDay } from '../../core/units/calendar.ts';
import { audit } from '../audit.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Instant, MaybeInstant, MaybeString, Nullable } from '../schemas/common.ts';

const Day = Type.String({ description: 'YYYY-MM-DD, a day of the panel.' });
const RebuildJson = Type.Object(
  {
    id: Type.String(),
    from: Day,
    to: Type.String({ description: 'The last day, included; days that are not over are left out.' }),
    dryRun: Type.Boolean({ description: 'true: differences are only told.' }),
    state: Type.Union(
      [
        Type.Literal('filling'),
        Type.Literal('comparing'),
        Type.Literal('verifying'),
        Type.Literal('done'),
        Type.Literal('cancelled'),
        Type.Literal('failed'),
      ],
      {
        description:
          'filling: ClickHouse does not have all of these days yet. verifying: what was made anew is compared again when it was sent.',
      },
    ),
    days: Type.Integer({ description: 'Days that are to be compared.' }),
    missingDays: Type.Integer({ description: 'Of these days: not in ClickHouse yet, while it is being filled.' }),
    comparedDays: Type.Integer(),
    rows: Type.Integer({ description: 'Rows that were compared.' }),
    differentRows: Type.Integer({ description: 'Rows that differed when their day was compared.' }),
    differentDays: Type.Array(Day),
    startedAt: Instant,
    endedAt: MaybeInstant,
    error: Nullable(Type.Object({ code: Type.String(), message: Type.String(), hint: MaybeString })),
  },
  { $id: 'HistoryRebuild' },
);
const MaybeRebuild = Type.Object({ rebuild: Nullable(RebuildJson) });

const tags = ['ledger'];
const startSchema = {
  tags,
  summary: 'Begin to compare days with their mirror in ClickHouse, row by row, and make anew what differs',
  body: Type.Object({
    from: Day,
    to: Day,
    dryRun: Type.Optional(Type.Boolean({ description: 'true: only say what differs.' })),
  }),
  response: { 202: RebuildJson },
};
const stateSchema = {
  tags,
  summary: 'The comparison of history that runs, or else the last one since the start',
  response: { 200: MaybeRebuild },
};
const cancelSchema = {
  tags,
  summary: 'Cancel the running comparison of history; what was made anew stays so',
  response: { 200: RebuildJson },
};

/** The mirror of history against the ledger. Reports are taken meanwhile as ever. */
export function historyRoutes(app: HttpApp, parts: HttpParts): void {
  const { operations } = parts.ports;
  const config = { access: 'change-all' } as const;

  app.post('/api/v1/history/rebuild', { config, schema: startSchema }, async (request, reply) => {
    const { from, to, dryRun = false } = request.body;
    const [first, last] = [dayOf(from, '/from'), dayOf(to, '/to')];
    if (last < first) throw new InvalidInput('/to', 'The last day is before the first.');
    const job = await operations.historyRebuilds.start({ first, last }, !dryRun);
    if (!dryRun) await audit(parts, request, 'ledger.history-rebuild', `${from} to ${to}`, {});
    return await reply.code(202).send(rebuildJson(job));
  });

  app.get('/api/v1/history/rebuild', { config: { access: 'inspect' }, schema: stateSchema }, async () => {
    const { job } = operations.historyRebuilds;
    return { rebuild: job === null ? null : rebuildJson(job) };
  });

  app.delete('/api/v1/history/rebuild', { config, schema: cancelSchema }, async () => {
    const job = await operations.historyRebuilds.cancel();
    if (job === null) throw new NotFound('comparison of history', 'running', 'None runs now.');
    return rebuildJson(job);
  });
}

function dayOf(text: string, pointer: string): number {
  const day = parseDay(text);
  if (day === null) throw new InvalidInput(pointer, 'It must be a day like 2026-01-31.');
  return day;
}

function rebuildJson(job: HistoryRebuild): Static<typeof RebuildJson> {
  const { firstDay, lastDay, mends, differentDays, error, ...rest } = job;
  return {
    ...rest,
    ...{ from: formatDay(firstDay), to: formatDay(lastDay), dryRun: !mends, days: Math.max(0, lastDay - firstDay + 1) },
    differentDays: differentDays.map(formatDay),
    error: error && { ...error },
  };
}
