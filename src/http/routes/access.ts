import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { adminIdOf, isAllowed, visibilityOf } from '../../core/identity/authorize.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import {
  AccessItemJson,
  AccessModeJson,
  AccessPreviewJson,
  AccessStateJson,
  accessItemJson,
  FuseLimitsJson,
  NodeAccessJson,
  nodeAccessJson,
  previewJson,
  stateJson,
  UserAccessJson,
  userAccessJson,
} from '../schemas/access.ts';
import { Nothing, PageOf, PageQuery } from '../schemas/common.ts';
import { visibleUser } from '../visible-user.ts';
import { findNodeView } from './nodes.ts';

const ById = Type.Object({ id: Type.String({ maxLength: 64 }) });
const tags = ['access'];
const looking = { access: 'view-all' } as const;
const changing = { access: 'change-all' } as const;
const done = { 204: Nothing };

const listSchema = {
  tags,
  summary: 'Peers whose access is to be off, or that Xpert suspended',
  querystring: Type.Object({
    ...PageQuery,
    node: Type.Optional(Type.String({ maxLength: 64 })),
    user: Type.Optional(Type.String({ maxLength: 128, description: 'Peers of this user alone (id, name or token).' })),
    failing: Type.Optional(Type.Boolean()),
  }),
  response: { 200: PageOf(AccessItemJson) },
};
const modeSchema = {
  tags,
  summary: 'Let Xpert change access on a node, or not',
  params: ById,
  body: Type.Object({
    mode: AccessModeJson,
    giveBack: Type.Optional(
      Type.Boolean({ description: 'read-only: first give back everything that Xpert suspended there.' }),
    ),
  }),
  response: { 200: NodeAccessJson },
};
const confirmSchema = {
  tags,
  summary: 'Let the peers be cut that the fuse holds on a node',
  params: ById,
  body: Type.Object({ peers: Type.Integer({ minimum: 1, description: 'How many you saw.' }) }),
  response: done,
};

const userSchema = {
  tags,
  summary: 'Why a user has access who is to have none',
  params: ById,
  response: { 200: UserAccessJson },
};

/** Access: taken from whom it is to be taken from, where the owner lets Xpert do it. */
export function accessRoutes(app: HttpApp, parts: HttpParts): void {
  nodeAccessRoutes(app, parts);
  const { access, quotas } = parts.ports;

  app.get('/api/v1/users/:id/access', { config: { access: 'view' }, schema: userSchema }, async (request) => {
    const { id, state } = await visibleUser(parts.ports, actorOf(request), request.params.id);
    const standing = (await quotas.standings([id])).get(id);
    return userAccessJson(state, standing, await access.staying(id), seesFleet(request));
  });

  app.get('/api/v1/access', { config: { access: 'view' }, schema: listSchema }, async (request) => {
    const actor = actorOf(request);
    const who = visibilityOf(actor);
    const { node, user, failing, limit, cursor } = request.query;
    const page = await access.list({
      limit,
      cursor: cursor ?? null,
      ...(node === undefined ? {} : { nodeId: (await findNodeView(parts, node)).node.id }),
      ...(user === undefined ? {} : { userId: (await visibleUser(parts.ports, actor, user)).id }),
      ...(failing === undefined ? {} : { failing }),
      ...(who.kind === 'owner' ? { ownerId: who.adminId } : {}),
    });
    const ofFleet = seesFleet(request);
    return { ...page, items: page.items.map((target) => accessItemJson(target, ofFleet)) };
  });

  app.get(
    '/api/v1/access/state',
    {
      config: looking,
      schema: {
        tags,
        summary: 'Whether access is changed at all, and what is held',
        response: { 200: AccessStateJson },
      },
    },
    async () => stateJson(await access.state()),
  );

  app.post(
    '/api/v1/access/pause',
    { config: changing, schema: { tags, summary: 'Change access nowhere, until resumed', response: done } },
    async (request, reply) => {
      await access.pause(adminIdOf(actorOf(request)));
      await audit(parts, request, 'access.paused', 'all nodes');
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/api/v1/access/resume',
    { config: changing, schema: { tags, summary: 'Change access again', response: done } },
    async (request, reply) => {
      await access.resume(adminIdOf(actorOf(request)));
      await audit(parts, request, 'access.resumed', 'all nodes');
      return reply.code(204).send(null);
    },
  );

  app.put(
    '/api/v1/access/fuse',
    {
      config: changing,
      schema: {
        tags,
        summary: 'How many peers may lose access in one pass without a person’s word',
        body: FuseLimitsJson,
        response: { 200: FuseLimitsJson },
      },
    },
    async (request) => {
      const { most, percent } = request.body;
      await access.setLimits({ most, percent }, adminIdOf(actorOf(request)));
      await audit(parts, request, 'access.fuse-set', 'all nodes', { most, percent });
      return { most, percent };
    },
  );
}

function seesFleet(request: FastifyRequest): boolean {
  return isAllowed(actorOf(request), 'view-all');
}

function nodeAccessRoutes(app: HttpApp, parts: HttpParts): void {
  const { access } = parts.ports;
  const find = async (text: string) => (await findNodeView(parts, text)).node;

  app.get(
    '/api/v1/nodes/:id/access',
    {
      config: looking,
      schema: { tags, summary: 'Access on a node', params: ById, response: { 200: NodeAccessJson } },
    },
    async (request) => nodeAccessJson(await access.node((await find(request.params.id)).id)),
  );

  app.put('/api/v1/nodes/:id/access', { config: changing, schema: modeSchema }, async (request) => {
    const node = await find(request.params.id);
    const { mode, giveBack = false } = request.body;
    const set = await access.setMode(node.id, mode, giveBack);
    await audit(parts, request, 'access.mode-set', node.name, { mode, giveBack });
    return nodeAccessJson(set);
  });

  app.post(
    '/api/v1/nodes/:id/access/preview',
    {
      config: changing,
      schema: {
        tags,
        summary: 'Look at the node and say what would be changed now; changes nothing',
        params: ById,
        response: { 200: AccessPreviewJson },
      },
    },
    async (request) => previewJson(await access.preview((await find(request.params.id)).id)),
  );

  app.post('/api/v1/nodes/:id/access/confirm', { config: changing, schema: confirmSchema }, async (request, reply) => {
    const node = await find(request.params.id);
    await access.confirm(node.id, request.body.peers);
    await audit(parts, request, 'access.confirmed', node.name, { peers: request.body.peers });
    return reply.code(204).send(null);
  });
}
