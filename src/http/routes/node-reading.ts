import { Type } from '@sinclair/typebox';
import { counted } from '../../core/units/counted.ts';
import { audit } from '../audit.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { MaybeString, Nullable, TrafficJson, trafficJson } from '../schemas/common.ts';
import { KindJson, NodeTestJson, nodeTestJson, OptionsJson, SetupJson, setupJson } from '../schemas/nodes.ts';
import { findNodeView } from './nodes.ts';

const ById = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Source = Type.Object({ kind: KindJson, options: OptionsJson });
const PollJson = Type.Object({
  outcome: Type.Union([Type.Literal('complete'), Type.Literal('incomplete')]),
  durationMs: Type.Number(),
  services: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      peers: Type.Integer(),
      counted: TrafficJson,
      before: TrafficJson,
    }),
  ),
});
const PollAllJson = Type.Object({
  items: Type.Array(
    Type.Object({
      nodeId: Type.String(),
      outcome: Type.Union([Type.Literal('complete'), Type.Literal('incomplete'), Type.Literal('failed')]),
      code: MaybeString,
      message: MaybeString,
    }),
  ),
});

/** Reading a node now: to count, or only to see whether it works. */
export function nodeReadingRoutes(app: HttpApp, parts: HttpParts): void {
  const { nodes } = parts.ports;
  const tags = ['nodes'];
  const config = { access: 'change-all' } as const;

  app.post(
    '/api/v1/nodes/test',
    {
      config,
      schema: {
        tags,
        summary: 'Read a source once; counts and stores nothing',
        body: Source,
        response: { 200: NodeTestJson },
      },
    },
    async (request) => nodeTestJson(await nodes.test(request.body)),
  );

  app.post(
    '/api/v1/nodes/:id/test',
    {
      config,
      schema: {
        tags,
        summary: 'Read a node once without counting, as it is or with other options',
        params: ById,
        body: Type.Optional(Type.Union([Type.Object({ options: Type.Optional(OptionsJson) }), Type.Null()])),
        response: { 200: NodeTestJson },
      },
    },
    async (request) => {
      const { node } = await findNodeView(parts, request.params.id);
      const options = request.body?.options ?? node.source.options;
      return nodeTestJson(await nodes.test({ kind: node.source.kind, options }, node.id));
    },
  );

  app.get(
    '/api/v1/nodes/:id/setup',
    {
      config: { access: 'change-all' },
      schema: {
        tags,
        summary: 'What to put on the node so that it lets itself be read and nothing more',
        params: ById,
        querystring: Type.Object({
          access: Type.Optional(Type.Boolean({ description: 'It also lets access be taken and given back.' })),
        }),
        response: { 200: Type.Object({ setup: Nullable(SetupJson) }) },
      },
    },
    async (request) => {
      const { node } = await findNodeView(parts, request.params.id);
      return { setup: setupJson(await nodes.setup(node.source, node.id, request.query.access ?? false)) };
    },
  );

  app.post(
    '/api/v1/nodes/:id/poll',
    { config, schema: { tags, summary: 'Read and count a node now', params: ById, response: { 200: PollJson } } },
    async (request) => {
      const { node } = await findNodeView(parts, request.params.id);
      const { outcome, durationMs, services } = await nodes.poll(node.id);
      return {
        outcome,
        durationMs,
        services: services.map(({ id, name, peers, counted, before }) => {
          return { id, name, peers, counted: trafficJson(counted), before: trafficJson(before) };
        }),
      };
    },
  );

  app.post(
    '/api/v1/nodes/poll',
    { config, schema: { tags, summary: 'Read and count all nodes now', response: { 200: PollAllJson } } },
    async (request) => {
      const items = await nodes.pollAll();
      await audit(parts, request, 'nodes.polled', counted(items.length, 'node'));
      return { items: [...items] };
    },
  );
}
