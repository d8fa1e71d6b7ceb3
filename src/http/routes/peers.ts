import { type Static, Type } from '@sinclair/typebox';
import { InvalidInput, NotFound } from '../../core/errors.ts';
import { type Actor, ownsUser, visibilityOf } from '../../core/identity/authorize.ts';
import type { Assignment, PeerQuery } from '../../core/inventory/inventory-store.ts';
import type { Peer, User } from '../../core/inventory/peer.ts';
import type { Visibility } from '../../core/ledger/usage-history.ts';
import { counted } from '../../core/units/counted.ts';
import type { NodeId, ServiceId, UserId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { peerBodies, successionBody } from '../peer-views.ts';
import { problem } from '../problem.ts';
import { Nullable, PageOf, PageQuery } from '../schemas/common.ts';
import { AssignmentJson, PeerJson, SuccessionJson } from '../schemas/people.ts';
import { findNodeView } from './nodes.ts';

const Id = Type.String({ minLength: 1, maxLength: 256 });
const PeersQuery = Type.Object({
  ...PageQuery,
  node: Type.Optional(Id),
  service: Type.Optional(Id),
  user: Type.Optional(Id),
  unassigned: Type.Optional(Type.Boolean()),
  search: Type.Optional(Type.String({ maxLength: 128 })),
  ended: Type.Optional(Type.Boolean({ description: 'With those that are gone from their node.' })),
});
const Assign = Type.Object({
  assignments: Type.Array(Type.Object({ peerId: Id, userId: Nullable(Id) }), { minItems: 1, maxItems: 10_000 }),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'Default: now.' })),
  countInCycle: Type.Optional(Type.Boolean({ description: 'History counts in the running cycle, too.' })),
});

const tags = ['peers'];
const listSchema = { tags, summary: 'Peers', querystring: PeersQuery, response: { 200: PageOf(PeerJson) } };
const assignSchema = {
  tags,
  summary: 'Give peers to users from an instant on, or take them back',
  body: Assign,
  response: { 200: Type.Object({ assigned: Type.Integer() }) },
};
const successionsSchema = {
  tags,
  summary: 'Peers that may continue an ended one: a regenerated key or a renamed account of the same user',
  response: { 200: PageOf(SuccessionJson) },
};
const automaticSchema = {
  tags,
  summary: 'Give the unowned peers of a node to users, by their comments or one user each',
  body: Type.Object({
    nodeId: Id,
    policy: Type.Union([Type.Literal('per-peer'), Type.Literal('from-comments')]),
    preview: Type.Optional(Type.Boolean({ description: 'Only say what would be done.' })),
  }),
  response: { 200: AssignmentJson },
};

/** Peers: credentials on VPN services, and whose they are. */
export function peerRoutes(app: HttpApp, parts: HttpParts): void {
  const { inventory, nodes, clock } = parts.ports;

  app.get('/api/v1/peers', { config: { access: 'view' }, schema: listSchema }, async (request) => {
    const who = visibilityOf(actorOf(request));
    const page = await inventory.peers(peerQuery(request.query, who));
    return { ...page, items: await peerBodies(parts.ports, page.items, who) };
  });

  app.post('/api/v1/peers/assign', { config: { access: 'change-users' }, schema: assignSchema }, async (request) => {
    const actor = actorOf(request);
    const { assignments, countInCycle = false } = request.body;
    const from = request.body.from === undefined ? clock.now() : new Date(request.body.from);
    if (from > clock.now()) throw new InvalidInput('/from', '"from" must not lie ahead.');
    const resolved: Assignment[] = [];
    for (const [index, { peerId, userId }] of assignments.entries()) {
      const peer = await ownPeer(actor, peerId);
      const user = userId === null ? null : await ownUser(actor, userId, `/assignments/${index}/userId`);
      resolved.push({ peerId: peer.id, userId: user?.id ?? null, from, countInCycle });
    }
    await inventory.assignPeers(resolved);
    await audit(parts, request, 'peers.assigned', counted(resolved.length, 'peer'), {
      assignments: resolved.slice(0, 100),
    });
    return { assigned: resolved.length };
  });

  app.post(
    '/api/v1/peers/assign-automatically',
    { config: { access: 'change-all' }, schema: automaticSchema },
    async (request) => {
      const { policy, preview = false } = request.body;
      const { node } = await findNodeView(parts, request.body.nodeId);
      const result = await nodes.assignAutomatically({ nodeId: node.id, policy, preview });
      if (!preview) await audit(parts, request, 'peers.assigned', node.name, { policy, assigned: result.assigned });
      const users = result.users.map(({ name, existing, peers }) => {
        return { name, existing: existing !== null, peers: peers.map((peer) => ({ ...peer })) };
      });
      return { users, assigned: result.assigned };
    },
  );

  app.get('/api/v1/peers/successions', { config: { access: 'view-all' }, schema: successionsSchema }, async () => {
    const all = await inventory.successions();
    const items = await Promise.all(all.map((each) => successionBody(parts.ports, each, all)));
    return { items: items.flat(), nextCursor: null, total: all.length };
  });

  /** A reseller moves peers among own users; what belongs to others or to nobody is not theirs to give. */
  async function ownPeer(actor: Actor, text: string): Promise<Peer> {
    const peer = await inventory.findPeer(text);
    if (peer === null) throw new NotFound('peer', text, 'GET /api/v1/peers lists them.');
    if (visibilityOf(actor).kind === 'all') return peer;
    const holder = peer.userId === null ? null : await inventory.user(peer.userId);
    if (holder !== null && ownsUser(actor, holder.ownerId)) return peer;
    throw new NotFound('peer', text, 'Only the owner assigns peers that belong to nobody yet.');
  }

  async function ownUser(actor: Actor, text: string, pointer: string): Promise<User> {
    const user = await inventory.findUser(text);
    if (user === null || user.deletedAt !== null || !ownsUser(actor, user.ownerId)) {
      throw problem('not-found', `There is no user "${text}".`, { pointer });
    }
    return user;
  }
}

function peerQuery(query: Static<typeof PeersQuery>, who: Visibility): PeerQuery {
  const { node, service, user, unassigned, search, ended, limit, cursor } = query;
  return {
    limit,
    cursor: cursor ?? null,
    unassigned: unassigned ?? false,
    withEnded: ended ?? false,
    ...(who.kind === 'owner' ? { ownerId: who.adminId } : {}),
    ...(node === undefined ? {} : { nodeId: node as NodeId }),
    ...(service === undefined ? {} : { serviceId: service as ServiceId }),
    ...(user === undefined ? {} : { userId: user as UserId }),
    ...(search === undefined || search === '' ? {} : { search }),
  };
}
