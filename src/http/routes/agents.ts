import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import type { AgentPosition, MakeToken } from '../../core/agents/agent-desk.ts';
import { parseAgentBatch } from '../../core/agents/agent-reading.ts';
import { InvalidInput, NotFound } from '../../core/errors.ts';
import { adminIdOf } from '../../core/identity/authorize.ts';
import type { NodeId } from '../../core/units/ids.ts';
import { siteAddress } from '../../lib/web-address.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import { hashSecret, newSecret } from '../auth/secrets.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { problem } from '../problem.ts';
import { AgentBatchJson, EnrolmentJson, PositionJson } from '../schemas/agents.ts';
import { findNodeView } from './nodes.ts';

/** As it travels, and unpacked: a reading of 100,000 peers has some 20 MB. */
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_UNPACKED_BYTES = 64 * 1024 * 1024;
const unzip = promisify(gunzip);

const tags = ['agents'];
const bringing = { access: 'report' } as const;

/** Where agents bring their readings, and what puts an agent on a node. */
export function agentRoutes(app: HttpApp, parts: HttpParts): void {
  bringingRoutes(app, parts);
  installingRoutes(app, parts);
}

function bringingRoutes(app: HttpApp, { ports: { agents } }: HttpParts): void {
  // Packed bodies are unpacked here alone. The hooks of the scope around this one still come first.
  void app.register(async (scope: HttpApp) => {
    scope.removeContentTypeParser('application/json');
    scope.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: MOST_BYTES }, readBody);
    scope.post(
      '/api/v1/agent/readings',
      {
        config: bringing,
        schema: {
          tags,
          summary: 'Bring readings of a node; the body may be packed (Content-Encoding: gzip)',
          body: AgentBatchJson,
          response: { 200: PositionJson },
        },
        // The description alone: core/agents checks, and names the field.
        validatorCompiler: () => () => true,
      },
      async (request) => {
        const nodeId = nodeOf(request);
        return positionJson(await agents.receive(nodeId, parseAgentBatch(request.body), request.ip));
      },
    );
  });

  app.get(
    '/api/v1/agent/position',
    {
      config: bringing,
      schema: {
        tags,
        summary: 'Up to where the readings of an agent are counted',
        querystring: Type.Object({ incarnation: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })) }),
        response: { 200: PositionJson },
      },
    },
    async (request) => positionJson(await agents.position(nodeOf(request), request.query.incarnation ?? '')),
  );
}

function installingRoutes(app: HttpApp, parts: HttpParts): void {
  const { agents } = parts.ports;

  app.get(
    '/api/v1/agent/program',
    {
      config: bringing,
      schema: {
        tags,
        summary: 'The program of the agent: one file for Node.js',
        response: { 200: Type.Unknown({ description: 'JavaScript' }) },
      },
    },
    async (_request, reply) => {
      const path = parts.config.agentProgramPath;
      const size = await stat(path).then(
        (file) => file.size,
        () => null,
      );
      if (size === null) throw new NotFound('program', 'xpert-agent.mjs', 'Build Xpert: npm run build');
      return reply.type('text/javascript').header('content-length', size).send(createReadStream(path));
    },
  );

  app.post(
    '/api/v1/nodes/:id/agent',
    {
      config: { access: 'change-all' },
      schema: {
        tags,
        summary: 'What puts an agent on a node, with a new token; the one before ends',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        body: Type.Object({
          panelUrl: Type.Optional(
            Type.String({ maxLength: 500, description: 'How the node reaches this panel; by default XPERT_DOMAIN.' }),
          ),
        }),
        response: { 201: EnrolmentJson },
      },
    },
    async (request, reply) => {
      const { node } = await findNodeView(parts, request.params.id);
      const url = panelUrl(request.body.panelUrl ?? (await parts.ports.operations.settings()).domain, request);
      const enrolment = await agents.enroll(node.id, url, makeToken(parts, request));
      await audit(parts, request, 'agent.enrolled', node.name);
      return reply.code(201).send({ ...enrolment, commands: [...enrolment.commands] });
    },
  );
}

async function readBody(request: FastifyRequest, body: Buffer): Promise<unknown> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'gzip' && encoding !== 'identity')
    throw problem('unsupported-media-type', 'Only gzip is understood as Content-Encoding.');
  try {
    const text = encoding === 'gzip' ? await unzip(body, { maxOutputLength: MOST_UNPACKED_BYTES }) : body;
    return JSON.parse(text.toString('utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw problem('body-too-large', 'The body is too large once unpacked.');
    throw problem('malformed-json', 'The body is not JSON, or not packed as it says.', { pointer: '' });
  }
}

/** The node that the token is bound to. */
function nodeOf(request: FastifyRequest): NodeId {
  const actor = actorOf(request);
  const nodeId = actor.kind === 'token' ? actor.token.nodeId : null;
  if (nodeId === null) throw problem('agent-token-needed', 'Readings need an ingest token that is bound to one node.');
  return nodeId as NodeId;
}

function positionJson({ intervalMs, ...position }: AgentPosition) {
  return { ...position, intervalSeconds: intervalMs / 1000 };
}

/** Where the node finds us: as told, or as whoever asks found us. The owner's socket has no address. */
function panelUrl(told: string | null, request: FastifyRequest): string {
  const text = told ?? (request.isLocalOwner ? '' : `${request.protocol}://${request.host}`);
  // It goes into a script for a root shell, between quotes.
  const address = siteAddress(text);
  if (address !== null) return address;
  throw new InvalidInput(
    '/panelUrl',
    told === null ? 'It is not known how the node reaches this panel.' : `"${told}" is not the address of a panel.`,
    'Set XPERT_DOMAIN, or name it: https://panel.example.com (xpert: --panel-url).',
  );
}

function makeToken({ ports, authenticator }: HttpParts, request: FastifyRequest): MakeToken {
  const { identity, clock } = ports;
  return async (name, nodeId) => {
    for (const token of await identity.tokens()) {
      if (token.name !== name || token.nodeId !== nodeId || token.revokedAt !== null) continue;
      await identity.revokeToken(token.id, clock.now());
    }
    const secret = newSecret('xp_');
    await identity.addToken({
      name,
      scopes: ['ingest'],
      nodeId,
      servers: [],
      adminId: adminIdOf(actorOf(request)),
      createdAt: clock.now(),
      tokenHash: hashSecret(secret),
      signingSecret: null,
    });
    authenticator.forget();
    return secret;
  };
}
