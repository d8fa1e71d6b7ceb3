import { randomBytes } from 'node:crypto';
import { Type } from '@sinclair/typebox';
import { InvalidInput, NotFound } from '../../core/errors.ts';
import { adminIdOf, authorizeScopes, visibilityOf } from '../../core/identity/authorize.ts';
import type { ApiTokenId, NodeId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import { hashSecret, newSecret } from '../auth/secrets.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Nothing } from '../schemas/common.ts';
import { NewTokenJson, ScopeJson, TokenJson, tokenJson } from '../schemas/identity.ts';

const NewToken = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 64 }),
  scopes: Type.Array(ScopeJson, { minItems: 1, uniqueItems: true }),
  nodeId: Type.Optional(Type.String({ maxLength: 64, description: 'Ingest only for this node (id, name or slug).' })),
  servers: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 1000 })),
  signing: Type.Optional(Type.Boolean({ description: 'Also make a secret that signs reports.' })),
});

const tags = ['tokens'];
const listSchema = {
  tags,
  summary: 'API tokens',
  response: { 200: Type.Object({ items: Type.Array(TokenJson) }) },
};
const createSchema = {
  tags,
  summary: 'Make a token; it is shown this once',
  body: NewToken,
  response: { 201: NewTokenJson },
};
const revokeSchema = {
  tags,
  summary: 'Revoke a token; it fails from this moment on',
  params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
  response: { 204: Nothing },
};

/** API tokens; resellers manage their own. */
export function tokenRoutes(app: HttpApp, parts: HttpParts): void {
  const { identity, inventory, clock } = parts.ports;
  const config = { access: 'manage-tokens' } as const;
  const adminsById = async () => new Map((await identity.admins()).map((admin) => [admin.id as string, admin]));

  app.get('/api/v1/tokens', { config, schema: listSchema }, async (request) => {
    const who = visibilityOf(actorOf(request));
    const tokens = await identity.tokens(who.kind === 'owner' ? who.adminId : undefined);
    const admins = await adminsById();
    return { items: tokens.map((token) => tokenJson(token, admins)) };
  });

  app.post('/api/v1/tokens', { config, schema: createSchema }, async (request, reply) => {
    const actor = actorOf(request);
    const { name, scopes, servers = [], signing = false } = request.body;
    authorizeScopes(actor, scopes);
    const nodeId = request.body.nodeId === undefined ? null : await findNode(request.body.nodeId);
    if ((nodeId !== null || servers.length > 0 || signing) && !scopes.includes('ingest')) {
      throw new InvalidInput('/scopes', 'Only a token with the scope ingest can be bound to servers or sign reports.');
    }
    const secret = newSecret('xp_');
    const signingSecret = signing ? randomBytes(32) : null;
    const token = await identity.addToken({
      name,
      scopes,
      nodeId,
      servers,
      adminId: adminIdOf(actor),
      createdAt: clock.now(),
      tokenHash: hashSecret(secret),
      signingSecret,
    });
    parts.authenticator.forget();
    await audit(parts, request, 'token.created', name, { scopes, nodeId, servers });
    return reply.code(201).send({
      ...tokenJson(token, await adminsById()),
      token: secret,
      signingSecret: signingSecret === null ? null : `whsec_${signingSecret.toString('base64')}`,
    });
  });

  app.delete('/api/v1/tokens/:id', { config, schema: revokeSchema }, async (request, reply) => {
    const who = visibilityOf(actorOf(request));
    const tokens = await identity.tokens(who.kind === 'owner' ? who.adminId : undefined);
    const token = tokens.find(({ id }) => id === request.params.id);
    if (token === undefined) throw new NotFound('token', request.params.id);
    await identity.revokeToken(token.id as ApiTokenId, clock.now());
    parts.authenticator.forget();
    await audit(parts, request, 'token.revoked', token.name);
    return reply.code(204).send(null);
  });

  async function findNode(text: string): Promise<NodeId> {
    const nodes = (await inventory.nodes()).filter((node) => node.deletedAt === null);
    const node = nodes.find(({ id, name, slug }) => text === id || text === name || text === slug);
    if (node === undefined) throw new NotFound('node', text);
    return node.id;
  }
}
