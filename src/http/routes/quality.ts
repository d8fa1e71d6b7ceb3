import { Type } from '@sinclair/typebox';
import { InvalidInput, NotFound } from '../../core/errors.ts';
import type { Period, QualitySubject } from '../../core/ledger/usage-history.ts';
import type { PeerId } from '../../core/units/ids.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { type PeriodParameters, PeriodQuery, periodOf } from '../period.ts';
import { QualityTimelineJson, qualityItems } from '../schemas/reconciliation.ts';
import { visibleUser } from '../visible-user.ts';
import { findNodeView } from './nodes.ts';

/** Records are looked up quarter by quarter: a quarter of a year of them is a moment. */
const MAX_DAYS = 92;

const tags = ['usage'];
const schemaOf = (whose: string) => ({
  tags,
  summary: `How well every moment of ${whose} is known`,
  params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) }),
  querystring: Type.Object(PeriodQuery),
  response: { 200: QualityTimelineJson },
});

/** Measured, late, estimated, possible-loss, clock-suspect, tracking-off or gap: one word for every moment. */
export function qualityRoutes(app: HttpApp, parts: HttpParts): void {
  const { history, inventory, operations, clock } = parts.ports;
  const config = { access: 'view' } as const;

  app.get(
    '/api/v1/nodes/:id/quality',
    { config: { access: 'view-all' }, schema: schemaOf('a node') },
    async (request) => {
      const { node } = await findNodeView(parts, request.params.id);
      return await timeline({ kind: 'node', id: node.id }, request.query);
    },
  );

  app.get('/api/v1/users/:id/quality', { config, schema: schemaOf('a user') }, async (request) => {
    const { id } = await visibleUser(parts.ports, actorOf(request), request.params.id);
    return await timeline({ kind: 'user', id }, request.query);
  });

  app.get(
    '/api/v1/peers/:id/quality',
    { config: { access: 'view-all' }, schema: schemaOf('a peer') },
    async (request) => {
      const peer = await inventory.peer(request.params.id as PeerId);
      if (peer === null) throw new NotFound('peer', request.params.id);
      return await timeline({ kind: 'peer', id: peer.id }, request.query);
    },
  );

  async function timeline(subject: QualitySubject, query: PeriodParameters) {
    const period = periodOf(query, await operations.calendar(), clock.now(), 7);
    refuseTooLong(period);
    return { ...period, items: qualityItems(await history.quality(subject, period)) };
  }
}

function refuseTooLong({ from, to }: Period): void {
  if (to.getTime() - from.getTime() <= (MAX_DAYS + 1) * 86_400_000) return;
  throw new InvalidInput('/query/from', `At most ${MAX_DAYS} days can be looked at at once.`, 'Take a shorter time.');
}
