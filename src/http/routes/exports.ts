import { Readable } from 'node:stream';
import { Type } from '@sinclair/typebox';
import { visibilityOf } from '../../core/identity/authorize.ts';
import type { ExportQuery } from '../../core/ledger/usage-export.ts';
import type { Period } from '../../core/ledger/usage-history.ts';
import { type Calendar, formatDay } from '../../core/units/calendar.ts';
import type { NodeId } from '../../core/units/ids.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { PeriodQuery, periodOf } from '../period.ts';
import { visibleUser } from '../visible-user.ts';

/** Whoever takes nothing for so long is cut off: an export holds a connection and a state of the ledger. */
const STALLED_MS = 60_000;

const MEDIA = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson; charset=utf-8' } as const;
const Id = Type.String({ minLength: 1, maxLength: 128 });

const schema = {
  tags: ['usage'],
  summary: 'All usage per user, node, service and bucket, streamed: CSV or NDJSON, raw and billed bytes',
  querystring: Type.Object({
    ...PeriodQuery,
    format: Type.Union([Type.Literal('csv'), Type.Literal('ndjson')], { default: 'csv' }),
    bucket: Type.Union([Type.Literal('quarter'), Type.Literal('hour'), Type.Literal('day')], {
      default: 'day',
      description: 'Of times of which only days are kept, rows of days come whatever is asked for.',
    }),
    user: Type.Optional(Id),
    node: Type.Optional(Id),
  }),
  response: { 200: Type.String({ contentMediaType: 'text/csv, application/x-ndjson' }) },
};

/** Usage for spreadsheets and programs. */
export function exportRoutes(app: HttpApp, parts: HttpParts): void {
  const { exports, operations, clock } = parts.ports;

  app.get('/api/v1/export/usage', { config: { access: 'view' }, schema }, async (request, reply) => {
    const { format, bucket, user, node } = request.query;
    const actor = actorOf(request);
    const calendar = await operations.calendar();
    const now = clock.now();
    const period = periodOf(request.query, calendar, now);
    const userId = user === undefined ? null : (await visibleUser(parts.ports, actor, user)).id;
    const query = { period, bucket, format, userId, nodeId: (node as NodeId | undefined) ?? null, now };
    const pieces = exports.exportUsage(query, visibilityOf(actor))[Symbol.asyncIterator]();
    // What fails at once is still told as a problem; later the connection breaks off.
    const first = await pieces.next();
    reply.header('content-disposition', `attachment; filename="${fileName(query, calendar)}"`).type(MEDIA[format]);
    reply.raw.setTimeout(STALLED_MS, () => reply.raw.destroy());
    return reply.send(Readable.from(rest(first, pieces)) as never);
  });
}

async function* rest(first: IteratorResult<string>, pieces: AsyncIterator<string>): AsyncGenerator<string, void> {
  try {
    for (let piece = first; piece.done !== true; piece = await pieces.next()) yield piece.value;
  } finally {
    await pieces.return?.();
  }
}

function fileName({ period, bucket, format }: ExportQuery, calendar: Calendar): string {
  const [first, last] = daysOf(period, calendar);
  return `xpert-usage-${first}-${last}-${bucket}.${format}`;
}

function daysOf({ from, to }: Period, calendar: Calendar): [string, string] {
  const { first, last } = calendar.daysTouching(from.getTime(), to.getTime());
  return [formatDay(first.number), formatDay(last.number)];
}
