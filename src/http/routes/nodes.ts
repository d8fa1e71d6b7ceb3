import { type Static, Type } from '@sinclair/typebox';
import { NotFound } from '../../core/errors.ts';
import { isAllowed } from '../../core/identity/authorize.ts';
import type { Node } from '../../core/inventory/node.ts';
import type { NodeOperations, NodeView } from '../../core/inventory/node-operations.ts';
import type { NodeId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Nothing } from '../schemas/common.ts';
import {
  IntervalJson,
  KindJson,
  LinkJson,
  NodeJson,
  NodeNameJson,
  nodeJson,
  OpeningJson,
  OptionsJson,
  UsersPolicyJson,
} from '../schemas/nodes.ts';
import { TagsJson } from '../schemas/people.ts';

const ById = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Description = Type.String({ maxLength: 500 });
const NewNode = Type.Object({
  name: NodeNameJson,
  kind: KindJson,
  description: Type.Optional(Description),
  options: OptionsJson,
  pollIntervalSeconds: Type.Optional(IntervalJson),
  opening: Type.Optional(OpeningJson),
  usersPolicy: Type.Optional(UsersPolicyJson),
  linkMbit: Type.Optional(LinkJson),
  tags: Type.Optional(TagsJson),
});
const NodeChange = Type.Object({
  name: Type.Optional(NodeNameJson),
  kind: Type.Optional(KindJson),
  description: Type.Optional(Description),
  options: Type.Optional(OptionsJson),
  pollIntervalSeconds: Type.Optional(IntervalJson),
  usersPolicy: Type.Optional(UsersPolicyJson),
  linkMbit: Type.Optional(LinkJson),
  tags: Type.Optional(TagsJson),
});
const DEFAULT_INTERVAL_SECONDS = 30;

const removeSchema = {
  tags: ['nodes'],
  summary: 'Remove a node; its history stays',
  description: 'Refused (`peers-still-suspended`) while peers are suspended there that Xpert has not given back.',
  params: ById,
  querystring: Type.Object({
    leaveSuspended: Type.Optional(
      Type.Boolean({ description: 'The node is gone for good: nobody can be given back there.' }),
    ),
  }),
  response: { 204: Nothing },
};

/** Nodes: hosts that carry traffic. */
export function nodeRoutes(app: HttpApp, parts: HttpParts): void {
  const { nodes } = parts.ports;
  const tags = ['nodes'];
  const looking = { access: 'view-all' } as const;
  const changing = { access: 'change-all' } as const;
  const json = (view: NodeView, request: Parameters<typeof actorOf>[0]) => {
    return nodeJson(view, isAllowed(actorOf(request), 'change-all'));
  };

  app.get(
    '/api/v1/nodes',
    {
      config: looking,
      schema: { tags, summary: 'All nodes', response: { 200: Type.Object({ items: Type.Array(NodeJson) }) } },
    },
    async (request) => ({ items: (await nodes.views()).map((view) => json(view, request)) }),
  );

  app.get(
    '/api/v1/nodes/:id',
    { config: looking, schema: { tags, summary: 'One node', params: ById, response: { 200: NodeJson } } },
    async (request) => json(await find(request.params.id), request),
  );

  app.post(
    '/api/v1/nodes',
    {
      config: changing,
      schema: { tags, summary: 'Add a node; it is read at once', body: NewNode, response: { 201: NodeJson } },
    },
    async (request, reply) => {
      const { name, kind, description, options, pollIntervalSeconds, opening, usersPolicy, linkMbit } = request.body;
      const view = await nodes.add({
        name: name.trim(),
        description: description ?? '',
        source: { kind, options },
        pollIntervalMs: (pollIntervalSeconds ?? DEFAULT_INTERVAL_SECONDS) * 1000,
        opening: opening ?? 'baseline',
        usersPolicy: usersPolicy ?? 'none',
        linkMbit: linkMbit ?? null,
        tags: request.body.tags ?? [],
      });
      await audit(parts, request, 'node.added', view.node.name, { kind });
      return reply.code(201).send(json(view, request));
    },
  );

  app.patch(
    '/api/v1/nodes/:id',
    {
      config: changing,
      schema: { tags, summary: 'Change a node', params: ById, body: NodeChange, response: { 200: NodeJson } },
    },
    async (request) => {
      const { node } = await find(request.params.id);
      const view = await nodes.change(node.id, changeOf(node, request.body));
      await audit(parts, request, 'node.changed', view.node.name, { fields: Object.keys(request.body) });
      return json(view, request);
    },
  );

  app.delete(
    '/api/v1/nodes/:id',
    {
      config: changing,
      schema: removeSchema,
    },
    async (request, reply) => {
      const { node } = await find(request.params.id);
      const { leaveSuspended = false } = request.query;
      if (!leaveSuspended) await parts.ports.access.mustHoldNothing(node.id);
      await nodes.remove(node.id);
      await audit(parts, request, 'node.removed', node.name, leaveSuspended ? { leaveSuspended } : {});
      return reply.code(204).send(null);
    },
  );

  /** By id, name or slug: the command line knows names. */
  async function find(text: string): Promise<NodeView> {
    return findNodeView(parts, text);
  }
}

/** Another kind begins with options of its own. */
function changeOf({ source }: Node, body: Static<typeof NodeChange>): Parameters<NodeOperations['change']>[1] {
  const {
    name,
    kind = source.kind,
    description,
    options,
    pollIntervalSeconds,
    usersPolicy,
    linkMbit,
    tags: words,
  } = body;
  const hasSource = options !== undefined || kind !== source.kind;
  return {
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(description === undefined ? {} : { description }),
    ...(hasSource ? { source: { kind, options: options ?? {} } } : {}),
    ...(pollIntervalSeconds === undefined ? {} : { pollIntervalMs: pollIntervalSeconds * 1000 }),
    ...(usersPolicy === undefined ? {} : { usersPolicy }),
    ...(linkMbit === undefined ? {} : { linkMbit }),
    ...(words === undefined ? {} : { tags: words }),
  };
}

/** @throws NotFound */
export async function findNodeView({ ports }: HttpParts, text: string): Promise<NodeView> {
  const byId = await ports.nodes.view(text as NodeId);
  if (byId !== null) return byId;
  const byName = (await ports.nodes.views()).find(({ node }) => node.name === text || node.slug === text);
  if (byName === undefined) throw new NotFound('node', text, 'GET /api/v1/nodes lists them.');
  return byName;
}
