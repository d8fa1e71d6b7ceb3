import { type Static, Type } from '@sinclair/typebox';
import { ExpectedError, InvalidInput, NotFound } from '../../core/errors.ts';
import { type Actor, adminIdOf, visibilityOf } from '../../core/identity/authorize.ts';
import type { Notice } from '../../core/inventory/node-operations.ts';
import type { User } from '../../core/inventory/peer.ts';
import type { GivenLink, LinkConfig } from '../../core/links/link-store.ts';
import { MAX_LINK, parseShareLink, renameShareLink } from '../../core/links/share-link.ts';
import {
  parseSubscriptionAddress,
  renameAddress,
  type SubscriptionAddress,
} from '../../core/links/subscription-text.ts';
import type { AdminId, LinkId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Nothing, Nullable, PageOf, PageQuery } from '../schemas/common.ts';
import {
  entryJson,
  LinkJson,
  type LinkStanding,
  LookJson,
  leftOutIn,
  linkJson,
  problemJson,
} from '../schemas/links.ts';
import { livingUser } from '../visible-user.ts';

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) });
const SomeLink = Type.String({
  maxLength: MAX_LINK,
  description:
    'Secret. vless://, vmess://, trojan://, ss://, hysteria2://, tuic://; or https://… of a subscription of somebody else, with #name.',
});
const UserName = Type.String({ minLength: 1, maxLength: 128, description: 'Only for this user (id, name or token).' });
const Name = Type.String({ maxLength: 128, description: 'What clients show, in place of the link’s own.' });
const LinksQuery = Type.Object({
  ...PageQuery,
  to: Type.Optional(
    Type.Union([Type.Literal('all'), Type.Literal('single')], {
      description: 'Those given to all users, or to single ones.',
    }),
  ),
  search: Type.Optional(Type.String({ maxLength: 128, description: 'In the name, the server, the user’s name.' })),
});

const tags = ['links'];
const listSchema = {
  tags,
  summary: 'What subscriptions give out, in its order; without secrets',
  querystring: LinksQuery,
  response: { 200: PageOf(LinkJson) },
};
const addSchema = {
  tags,
  summary: 'Give a configuration, or a subscription of somebody else, to a user or to all',
  body: Type.Object({ link: SomeLink, name: Type.Optional(Name), user: Type.Optional(UserName) }),
  response: { 201: LinkJson },
};
const testSchema = {
  tags,
  summary: 'What is behind a link; nothing is given out',
  body: Type.Object({ link: SomeLink }),
  response: { 200: LookJson },
};
const changeSchema = {
  tags,
  summary: 'Another name, another link in its place, or for somebody else. What is absent stays',
  params: ById,
  body: Type.Object({
    name: Type.Optional(Name),
    link: Type.Optional(SomeLink),
    user: Type.Optional(Nullable(Type.String({ ...UserName, description: 'Only for this user; null: for all.' }))),
  }),
  response: { 200: LinkJson },
};
const askSchema = {
  tags,
  summary: 'Ask somebody else’s subscription now, however fresh its copy is',
  params: ById,
  response: { 200: LinkJson },
};
const deleteSchema = { tags, summary: 'Give it out no more', params: ById, response: { 204: Nothing } };

const SHOWN_ENTRIES = 100;

const SEALED = {
  code: 'link-sealed',
  message: 'This link is sealed with a key that is not here: it is given out to nobody.',
  hint: 'Give the whole link again.',
} satisfies Notice;

/** Links: what the subscriptions of users are made of. Resellers manage those of their own users. */
export function linkRoutes(app: HttpApp, parts: HttpParts): void {
  const { links, clock } = parts.ports;
  const config = { access: 'change-users' } as const;

  app.get('/api/v1/links', { config, schema: listSchema }, async (request) => {
    const { limit, cursor = null, to, search } = request.query;
    const page = await links.links({ ownerId: ownerOf(actorOf(request)), limit, cursor, to, search });
    return { ...page, items: await withStanding(parts, page.items) };
  });

  app.post('/api/v1/links', { config, schema: addSchema }, async (request, reply) => {
    const actor = actorOf(request);
    const { link: text, name, user: named } = request.body;
    const link = renamed(linkIn(text), name);
    const user = named === undefined ? null : await livingUser(parts.ports, actor, named);
    const added = await links.addLink({
      link,
      userId: user?.id ?? null,
      ownerId: ownerOf(actor),
      createdAt: clock.now(),
    });
    await audit(parts, request, 'link.added', added.name, { server: added.server, user: user?.name ?? null });
    return reply.code(201).send(await oneWithStanding(parts, added));
  });

  app.post('/api/v1/links/test', { config, schema: testSchema }, async (request) => {
    return await look(parts, linkIn(request.body.link), ownerOf(actorOf(request)));
  });

  app.patch('/api/v1/links/:id', { config, schema: changeSchema }, async (request) => {
    const actor = actorOf(request);
    const before = await visibleLink(parts, actor, request.params.id);
    const { name, link: text, user: named } = request.body;
    const user = typeof named === 'string' ? await livingUser(parts.ports, actor, named) : null;
    if (user !== null) refuseForeign(before, user);
    const isOther = text !== undefined || name !== undefined;
    const changed = await links.changeLink(before.id, {
      link: isOther ? renamed(linkIn(text ?? (await textOf(parts, before.id))), name) : undefined,
      userId: named === undefined ? undefined : (user?.id ?? null),
    });
    const detail = { server: changed.server, user: changed.userName, replaced: text !== undefined };
    await audit(parts, request, 'link.changed', changed.name, detail);
    return await oneWithStanding(parts, changed);
  });

  app.post('/api/v1/links/:id/fetch', { config, schema: askSchema }, async (request) => {
    const link = await visibleLink(parts, actorOf(request), request.params.id);
    const address = parseSubscriptionAddress(await textOf(parts, link.id));
    if (address === null) throw new InvalidInput('/id', 'This is a configuration: there is nobody to be asked for it.');
    return linkJson(link, { source: await parts.ports.userLinks.ask(address, link.ownerId), problem: null });
  });

  app.delete('/api/v1/links/:id', { config, schema: deleteSchema }, async (request, reply) => {
    const link = await visibleLink(parts, actorOf(request), request.params.id);
    await links.deleteLink(link.id);
    await audit(parts, request, 'link.deleted', link.name, { server: link.server });
    return reply.code(204).send(null);
  });
}

/** Null: the owner, whose links go to everybody. */
function ownerOf(actor: Actor) {
  return visibilityOf(actor).kind === 'all' ? null : adminIdOf(actor);
}

/** @throws NotFound, also for a link of somebody else */
async function visibleLink({ ports }: HttpParts, actor: Actor, id: string): Promise<LinkConfig> {
  const link = await ports.links.link(id as LinkId);
  const owner = ownerOf(actor);
  if (link === null || (owner !== null && link.ownerId !== owner)) throw new NotFound('link', id);
  return link;
}

/** What a reseller gave out goes to the reseller's users alone: given to anybody else it would reach nobody. @throws InvalidInput */
function refuseForeign({ ownerId }: LinkConfig, user: User): void {
  if (ownerId === null || user.ownerId === ownerId) return;
  const message = `This link is of a reseller whose user "${user.name}" is not.`;
  throw new InvalidInput('/user', message, 'Name one of that reseller’s users, or add the link for this user.');
}

/** @throws InvalidInput for what is neither a configuration nor an address */
function linkIn(text: string): GivenLink {
  const link = parseShareLink(text) ?? parseSubscriptionAddress(text);
  if (link !== null) return link;
  throw new InvalidInput(
    '/link',
    'This is no link of a configuration, and no address of a subscription.',
    'For example vless://UUID@host:443?…#name or https://host/sub/TOKEN#name',
  );
}

/** @throws InvalidInput where the key that sealed it is not here */
async function textOf({ ports }: HttpParts, id: LinkId): Promise<string> {
  const text = (await ports.links.linkTexts([id])).get(id);
  if (text !== undefined) return text;
  throw new InvalidInput('/link', SEALED.message, SEALED.hint, SEALED.code);
}

/** `wanted`: absent where it keeps its own name. */
function renamed(link: GivenLink, wanted: string | undefined): GivenLink {
  if (wanted === undefined) return link;
  // Half a character is none, and cannot be part of an address.
  const name = wanted.replace(/\p{Surrogate}/gu, '').trim();
  const { protocol } = link;
  const named = protocol === 'subscription' ? renameAddress(link, name) : renameShareLink({ ...link, protocol }, name);
  if (named.text.length <= MAX_LINK) return named;
  const message = `With this name the link is longer than ${MAX_LINK} characters.`;
  throw new InvalidInput('/name', message, 'Give it a shorter name.', 'link-too-long');
}

async function oneWithStanding({ ports }: HttpParts, link: LinkConfig) {
  return linkJson(link, await standingOf(ports, (await ports.links.linkTexts([link.id])).get(link.id)));
}

/** One after the other: what a source last gave is read from the store where it is not in memory. */
async function withStanding({ ports }: HttpParts, items: readonly LinkConfig[]) {
  const texts = await ports.links.linkTexts(items.map(({ id }) => id));
  const shown: Static<typeof LinkJson>[] = [];
  for (const link of items) shown.push(linkJson(link, await standingOf(ports, texts.get(link.id))));
  return shown;
}

/** `text`: undefined where the key that sealed it is not here. */
async function standingOf(ports: HttpParts['ports'], text: string | undefined): Promise<LinkStanding> {
  if (text === undefined) return { source: null, problem: SEALED };
  const address = parseSubscriptionAddress(text);
  return { source: address === null ? null : await ports.userLinks.standing(address), problem: null };
}

async function look({ ports }: HttpParts, link: GivenLink, ownerId: AdminId | null): Promise<Static<typeof LookJson>> {
  const { name, protocol, host: server, port } = link;
  const head = { name, protocol, server, port };
  if (protocol !== 'subscription') return { ...head, ...lookOf([link.text]), unreadable: 0, problem: null };
  try {
    const { texts, unreadable } = await ports.userLinks.look(link as SubscriptionAddress, ownerId);
    return { ...head, ...lookOf(texts), unreadable, problem: null };
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    const { code, message, hint = null } = error;
    return { ...head, ...lookOf([]), unreadable: 0, problem: problemJson({ code, message, hint }) };
  }
}

function lookOf(texts: readonly string[]) {
  const found = texts.map(parseShareLink).filter((link) => link !== null);
  const entries = found.map(entryJson);
  return { found: found.length, leftOut: leftOutIn(entries), entries: entries.slice(0, SHOWN_ENTRIES) };
}
