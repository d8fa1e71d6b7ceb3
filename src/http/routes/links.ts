import { Type } from '@sinclair/typebox';
import { InvalidInput, NotFound } from '../../core/errors.ts';
import { type Actor, adminIdOf, isAllowed, ownsUser, visibilityOf } from '../../core/identity/authorize.ts';
import type { User } from '../../core/inventory/peer.ts';
import type { LinkPart } from '../../core/links/joined.ts';
import type { LinkConfig } from '../../core/links/link-store.ts';
import { parseShareLink } from '../../core/links/share-link.ts';
import { parseSubscriptionAddress } from '../../core/links/subscription-text.ts';
import type { LinkId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import { newSecret } from '../auth/secrets.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Instant, MaybeInstant, MaybeString, Nothing, Nullable } from '../schemas/common.ts';
import { publicUrl } from '../subscription/visitor.ts';

const LinkJson = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    protocol: Type.String({ description: '“subscription”: somebody else’s list, which is fetched.' }),
    server: Type.String({ description: 'As reports name it.' }),
    port: Type.Integer(),
    userId: MaybeString,
    ownerId: MaybeString,
    createdAt: Instant,
  },
  { $id: 'Link' },
);
const UserLinkJson = Type.Object(
  {
    subscription: Type.String({ description: 'Secret: what a VPN client fetches.' }),
    page: Type.String({ description: 'Secret: the user’s own page.' }),
    devices: Type.Array(
      Type.Object({
        device: Type.String(),
        client: Type.String(),
        firstAt: Instant,
        lastAt: Instant,
        count: Type.Integer(),
      }),
    ),
    sources: Type.Array(
      Type.Object({
        kind: Type.Union([Type.Literal('node'), Type.Literal('subscription')]),
        name: Type.String({ description: 'What its entries are marked with.' }),
        entries: Type.Integer(),
        unreadable: Type.Integer({ description: 'Lines that are no configuration of a kind known here.' }),
        at: Type.Unsafe<Date | null>({
          ...MaybeInstant,
          description: 'When the source last said so; null: never yet.',
        }),
        old: Type.Boolean({ description: 'It did not answer when it was asked: this is what it said before.' }),
        problem: Nullable(
          Type.Object(
            { code: Type.String(), message: Type.String(), hint: MaybeString },
            { description: 'Of a node, whoever may not look at nodes is told the code alone.' },
          ),
        ),
      }),
      { description: 'What the subscription takes from nodes and from others, beside the links given out here.' },
    ),
  },
  { $id: 'UserLink' },
);
const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) });
const NewLink = Type.Object({
  link: Type.String({
    maxLength: 4096,
    description:
      'Secret. vless://, vmess://, trojan://, ss://, hysteria2://, tuic://; or https://… of a subscription of somebody else, with #name.',
  }),
  user: Type.Optional(Type.String({ maxLength: 128, description: 'Only for this user (id, name or token).' })),
});

const tags = ['links'];
const listSchema = {
  tags,
  summary: 'Configurations that subscriptions give out; without their secrets',
  response: { 200: Type.Object({ items: Type.Array(LinkJson) }) },
};
const addSchema = {
  tags,
  summary: 'Give a configuration to a user, or to all',
  body: NewLink,
  response: { 201: LinkJson },
};
const deleteSchema = { tags, summary: 'Give it out no more', params: ById, response: { 204: Nothing } };
const userLinkSchema = {
  tags,
  summary: 'Addresses of a user, and who fetched',
  params: ById,
  response: { 200: UserLinkJson },
};
const rotateSchema = {
  tags,
  summary: 'New addresses for a user; the old ones answer 404 from now on',
  params: ById,
  response: { 200: UserLinkJson },
};

/** Links: what the subscriptions of users are made of. Resellers manage those of their own users. */
export function linkRoutes(app: HttpApp, parts: HttpParts): void {
  const { links, userLinks, inventory, clock } = parts.ports;
  const config = { access: 'change-users' } as const;

  app.get('/api/v1/links', { config, schema: listSchema }, async (request) => ({
    items: await visibleLinks(actorOf(request)),
  }));

  app.post('/api/v1/links', { config, schema: addSchema }, async (request, reply) => {
    const actor = actorOf(request);
    const link = parseShareLink(request.body.link) ?? parseSubscriptionAddress(request.body.link);
    if (link === null) {
      throw new InvalidInput(
        '/link',
        'This is no link of a configuration, and no address of a subscription.',
        'For example vless://UUID@host:443?…#name or https://host/sub/TOKEN#name',
      );
    }
    const user = request.body.user === undefined ? null : await userOf(actor, request.body.user);
    const added = await links.addLink({
      link,
      userId: user?.id ?? null,
      ownerId: ownerOf(actor),
      createdAt: clock.now(),
    });
    await audit(parts, request, 'link.added', added.name, { server: added.server, user: user?.name ?? null });
    return reply.code(201).send(added);
  });

  app.delete('/api/v1/links/:id', { config, schema: deleteSchema }, async (request, reply) => {
    const { id } = request.params;
    const link = (await visibleLinks(actorOf(request))).find((each) => each.id === id);
    if (link === undefined) throw new NotFound('link', id);
    await links.deleteLink(id as LinkId);
    await audit(parts, request, 'link.deleted', link.name, { server: link.server });
    return reply.code(204).send(null);
  });

  app.get('/api/v1/users/:id/link', { config, schema: userLinkSchema }, async (request) => {
    const actor = actorOf(request);
    return await userLink(actor, publicUrl(parts, request), await userOf(actor, request.params.id));
  });

  app.post('/api/v1/users/:id/rotate-link', { config, schema: rotateSchema }, async (request) => {
    const actor = actorOf(request);
    const user = await userOf(actor, request.params.id);
    const linkToken = newSecret();
    await links.rotateLinkToken(user.id, linkToken);
    await audit(parts, request, 'user.link-rotated', user.name);
    return await userLink(actor, publicUrl(parts, request), { ...user, linkToken });
  });

  async function visibleLinks(actor: Actor): Promise<LinkConfig[]> {
    return await links.links(ownerOf(actor));
  }

  async function userOf(actor: Actor, text: string): Promise<User> {
    const user = await inventory.findUser(text);
    if (user === null || user.deletedAt !== null || !ownsUser(actor, user.ownerId)) throw new NotFound('user', text);
    return user;
  }

  async function userLink(actor: Actor, base: string, { id, ownerId, linkToken }: User) {
    const secret = encodeURIComponent(linkToken);
    return {
      subscription: `${base}/api/xpert/sub?user_token=${secret}`,
      page: `${base}/u/${secret}`,
      devices: await links.fetches(id),
      sources: (await userLinks.linksOf({ id, ownerId })).parts.map((part) => sourceJson(part, actor)),
    };
  }
}

/** Null: the owner, whose links go to everybody. */
function ownerOf(actor: Actor) {
  return visibilityOf(actor).kind === 'all' ? null : adminIdOf(actor);
}

function sourceJson({ kind, name, texts, unreadable, at, isOld, problem }: LinkPart, actor: Actor) {
  const isHidden = problem !== null && kind === 'node' && !isAllowed(actor, 'view-all');
  const shown = isHidden ? { code: problem.code, ...OF_A_NODE } : problem;
  return { kind, name, entries: texts.length, unreadable, at, old: isOld, problem: shown };
}

/** Where a node is, and what answers there, is for those who may look at nodes. */
const OF_A_NODE = {
  message: 'The node does not answer with configurations.',
  hint: 'The owner sees why.',
};
