import { Type } from '@sinclair/typebox';
import { InvalidInput, NotFound } from '../../core/errors.ts';
import { adminIdOf } from '../../core/identity/authorize.ts';
import type { Node } from '../../core/inventory/node.ts';
import { reconcileNode } from '../../core/ledger/reconcile-node.ts';
import { MAX_REPORT_BYTES } from '../../core/units/bytes.ts';
import { parseDay } from '../../core/units/calendar.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Nothing } from '../schemas/common.ts';
import { FigureJson, figureJson, ReconciliationJson, reconciliationJson } from '../schemas/reconciliation.ts';
import { findNodeView } from './nodes.ts';

const ById = Type.Object({ id: Type.String({ maxLength: 64 }) });
const tags = ['nodes'];
const readSchema = {
  tags,
  summary: 'Peers against the counters of interfaces and network card, and against what providers say, per day',
  params: ById,
  querystring: Type.Object({ days: Type.Integer({ minimum: 1, maximum: 366, default: 7 }) }),
  response: { 200: ReconciliationJson },
};
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'Of the panel’s time zone.' });
const addSchema = {
  tags,
  summary: 'Enter what a provider says it carried for the node over whole days',
  params: ById,
  body: Type.Object({
    firstDay: Day,
    lastDay: Day,
    direction: Type.Union(
      (['in', 'out', 'both'] as const).map((direction) => Type.Literal(direction)),
      { description: 'Viewpoint of the node: in is what its network card received.' },
    ),
    bytes: Type.Integer({ minimum: 0, maximum: Number(MAX_REPORT_BYTES) }),
    note: Type.Optional(Type.String({ maxLength: 500 })),
  }),
  response: { 201: FigureJson },
};
const removeSchema = {
  tags,
  summary: "Take back a provider's figure",
  params: Type.Object({ id: Type.String({ maxLength: 64 }), figure: Type.String({ maxLength: 20 }) }),
  response: { 204: Nothing },
};

/** Whether the sums are right: peers held against counters that know nothing of them. */
export function reconciliationRoutes(app: HttpApp, parts: HttpParts): void {
  const { reconciliation, inventory, operations, clock } = parts.ports;
  const look = async (node: Node, count: number) =>
    await reconcileNode(reconciliation, node, await inventory.services(node.id), {
      calendar: await operations.calendar(),
      now: clock.now(),
      count,
    });

  app.get(
    '/api/v1/nodes/:id/reconciliation',
    { config: { access: 'view-all' }, schema: readSchema },
    async (request) => {
      const { node } = await findNodeView(parts, request.params.id);
      return reconciliationJson(node.id, await look(node, request.query.days));
    },
  );

  app.post(
    '/api/v1/nodes/:id/provider-figures',
    { config: { access: 'change-all' }, schema: addSchema },
    async (request, reply) => {
      const { node } = await findNodeView(parts, request.params.id);
      const { direction, bytes, note = '' } = request.body;
      const firstDay = dayOf('/firstDay', request.body.firstDay);
      const lastDay = dayOf('/lastDay', request.body.lastDay);
      if (lastDay < firstDay) throw new InvalidInput('/lastDay', 'The period ends before it begins.');
      const actor = actorOf(request);
      const period = { firstDay, lastDay, direction, bytes: BigInt(bytes), note };
      const { id } = await reconciliation.addFigure({
        nodeId: node.id,
        ...period,
        at: clock.now(),
        by: adminIdOf(actor),
      });
      const { firstDay: first, lastDay: last } = request.body;
      await audit(parts, request, 'provider-figure.added', node.name, {
        firstDay: first,
        lastDay: last,
        direction,
        bytes,
      });
      const stored = (await look(node, 1)).figures.find((figure) => figure.id === id);
      if (stored === undefined) throw new NotFound("provider's figure", id);
      return reply.code(201).send(figureJson(stored));
    },
  );

  app.delete(
    '/api/v1/nodes/:id/provider-figures/:figure',
    { config: { access: 'change-all' }, schema: removeSchema },
    async (request, reply) => {
      const { node } = await findNodeView(parts, request.params.id);
      await reconciliation.removeFigure(node.id, request.params.figure, clock.now());
      await audit(parts, request, 'provider-figure.removed', node.name, { figure: request.params.figure });
      return reply.code(204).send(null);
    },
  );
}

function dayOf(pointer: string, text: string): number {
  const day = parseDay(text);
  if (day === null) throw new InvalidInput(pointer, `"${text}" is no day.`, 'Write it as 2026-03-31.');
  return day;
}
