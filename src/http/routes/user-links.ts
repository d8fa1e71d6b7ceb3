import { Type } from '@sinclair/typebox';
import { type Actor, isAllowed } from '../../core/identity/authorize.ts';
import type { User } from '../../core/inventory/peer.ts';
import { joinEntries, type LinkPart } from '../../core/links/joined.ts';
import { hasAccess } from '../../core/quota/user-state.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import { newSecret } from '../auth/secrets.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Instant, MaybeInstant, MaybeString, Nullable } from '../schemas/common.ts';
import { EntryJson, entryJson, LeftOutJson, LinkProblemJson, leftOutIn, problemJson } from '../schemas/links.ts';
import { publicUrl } from '../subscription/visitor.ts';
import { livingUser } from '../visible-user.ts';

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
          Type.Object(LinkProblemJson.properties, {
            description: 'Of a node, whoever may not look at nodes is told the code alone.',
          }),
        ),
      }),
      { description: 'What the subscription takes from nodes and from others, beside the links given out here.' },
    ),
  },
  { $id: 'UserLink' },
);
const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) });
const SHOWN_ENTRIES = 500;

const tags = ['links'];
const userLinkSchema = {
  tags,
  summary: 'Addresses of a user, and who fetched',
  params: ById,
  response: { 200: UserLinkJson },
};
const entriesSchema = {
  tags,
  summary: 'What the subscription of a user holds, in its order; without secrets',
  params: ById,
  response: {
    200: Type.Object({
      hasAccess: Type.Boolean({ description: 'Without it clients get one entry instead, which says so in its name.' }),
      total: Type.Integer(),
      leftOut: LeftOutJson,
      entries: Type.Array(
        Type.Composite([
          EntryJson,
          Type.Object({
            from: Type.Unsafe<string | null>({
              ...MaybeString,
              description: 'The node or subscription it was taken from; null: it is given out here.',
            }),
          }),
        ]),
        { description: `The first ${SHOWN_ENTRIES}.` },
      ),
    }),
  },
};
const rotateSchema = {
  tags,
  summary: 'New addresses for a user; the old ones answer 404 from now on',
  params: ById,
  response: { 200: UserLinkJson },
};

/** The subscription of a user: where it is, what is in it, who fetched it. */
export function userLinkRoutes(app: HttpApp, parts: HttpParts): void {
  const { links, userLinks } = parts.ports;
  const config = { access: 'change-users' } as const;

  app.get('/api/v1/users/:id/link', { config, schema: userLinkSchema }, async (request) => {
    const actor = actorOf(request);
    return await userLink(actor, publicUrl(parts, request), await livingUser(parts.ports, actor, request.params.id));
  });

  app.get('/api/v1/users/:id/link/entries', { config, schema: entriesSchema }, async (request) => {
    const user = await livingUser(parts.ports, actorOf(request), request.params.id);
    const joined = joinEntries(await userLinks.linksOf(user));
    const entries = joined.map(({ link, from }) => ({ ...entryJson(link), from }));
    return {
      hasAccess: hasAccess(user.state),
      total: entries.length,
      leftOut: leftOutIn(entries),
      entries: entries.slice(0, SHOWN_ENTRIES),
    };
  });

  app.post('/api/v1/users/:id/rotate-link', { config, schema: rotateSchema }, async (request) => {
    const actor = actorOf(request);
    const user = await livingUser(parts.ports, actor, request.params.id);
    const linkToken = newSecret();
    await links.rotateLinkToken(user.id, linkToken);
    await audit(parts, request, 'user.link-rotated', user.name);
    return await userLink(actor, publicUrl(parts, request), { ...user, linkToken });
  });

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

function sourceJson({ kind, name, texts, unreadable, at, isOld, problem }: LinkPart, actor: Actor) {
  const isHidden = problem !== null && kind === 'node' && !isAllowed(actor, 'view-all');
  const shown = isHidden ? { code: problem.code, ...OF_A_NODE } : problem;
  return {
    ...{ kind, name, entries: texts.length, unreadable, at, old: isOld },
    problem: shown === null ? null : problemJson(shown),
  };
}

/** Where a node is, and what answers there, is for those who may look at nodes. */
const OF_A_NODE = {
  message: 'The node does not answer with configurations.',
  hint: 'The owner sees why.',
};
