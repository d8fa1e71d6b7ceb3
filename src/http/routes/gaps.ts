import { Type } from '@sinclair/typebox';
import type { NodeId } from '../../core/units/ids.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { PeriodQuery, periodOf } from '../period.ts';
import { PageOf } from '../schemas/common.ts';
import { GapJson, gapJson } from '../schemas/usage.ts';

/** What is missing. */
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
}
