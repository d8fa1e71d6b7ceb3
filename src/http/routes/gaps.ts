import { Type } from '@sinclair/typebox';
import type { NodeId } from '../../core/units/ids.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { PeriodQuery, periodOf } from '../period.ts';
import { Instant, MaybeString, PageOf, PageQuery, TrafficJson, trafficJson } from '../schemas/common.ts';
import { GapJson, gapJson } from '../schemas/usage.ts';

const QuarantinedJson = Type.Object({
  id: Type.String(),
  at: Instant,
  reason: Type.String(),
  traffic: TrafficJson,
  userToken: MaybeString,
  server: MaybeString,
  peerId: MaybeString,
});

/** What is missing, and what was kept without counting it. */
export function gapRoutes(app: HttpApp, parts: HttpParts): void {
  const { history, inventory, operations, clock } = parts.ports;
  const tags = ['usage'];
  const config = { access: 'view-all' } as const;

  app.get(
    '/api/v1/gaps',
    {
      config,
      schema: {
        tags,
        summary: 'Intervals without a complete reading',
        querystring: Type.Object({ ...PeriodQuery, node: Type.Optional(Type.String({ maxLength: 64 })) }),
        response: { 200: PageOf(GapJson) },
      },
    },
    async (request) => {
      const period = periodOf(request.query, await operations.calendar(), clock.now());
      const gaps = await history.gaps(period, request.query.node as NodeId | undefined);
      const names = new Map((await inventory.nodes()).map((node) => [node.id as string, node.name]));
      return { items: gaps.map((gap) => gapJson(gap, names)), nextCursor: null, total: gaps.length };
    },
  );

  app.get(
    '/api/v1/quarantine',
    {
      config,
      schema: {
        tags,
        summary: 'Implausible reports and readings: kept, not counted',
        querystring: Type.Object(PageQuery),
        response: { 200: PageOf(QuarantinedJson) },
      },
    },
    async (request) => {
      const page = await history.quarantine(request.query.limit, request.query.cursor ?? null);
      const items = page.items.map(({ id, at, reason, traffic, report, peerId }) => ({
        id,
        at,
        reason,
        traffic: trafficJson(traffic),
        userToken: report?.userToken ?? null,
        server: report === null ? null : `${report.server}:${report.port}`,
        peerId,
      }));
      return { ...page, items };
    },
  );
}
