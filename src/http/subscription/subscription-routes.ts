import { createHash } from 'node:crypto';
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ExpectedError } from '../../core/errors.ts';
import { isUnknown, joinLinks, tellsNothing, type UserLinks } from '../../core/links/joined.ts';
import { explainingLink } from '../../core/links/subscription.ts';
import { chooseFormat, clientName } from '../../core/links/subscription-format.ts';
import { formatUserinfo, type Userinfo, userinfoOf } from '../../core/links/userinfo.ts';
import { isOfEverything } from '../../core/quota/plan.ts';
import type { UserStanding } from '../../core/quota/quota-store.ts';
import { hasAccess } from '../../core/quota/user-state.ts';
import type { Traffic } from '../../core/units/bytes.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { problem } from '../problem.ts';
import { languageOf } from '../user-page/language.ts';
import { offWord, PAGE_TEXTS } from '../user-page/texts.ts';
import { NOTE_TEXTS, oldNote } from './notes.ts';
import { writeSubscription } from './subscription-body.ts';
import { deviceOf, publicUrl, type Visitor, visitorOf } from './visitor.ts';

/** Clients ask again after so many hours. */
const UPDATE_HOURS = 12;
/** And so soon where nothing could be given. */
const RETRY_SECONDS = 30;
const TITLE = 'Xpert';

const Query = Type.Object({
  user_token: Type.String({ minLength: 1, maxLength: 2048, description: 'The link_token: the secret of the link.' }),
  format: Type.Optional(
    Type.String({ maxLength: 32, description: 'universal, base64, plain, clash or sing-box; else by the User-Agent.' }),
  ),
});
const schema = (summary: string) => ({
  tags: ['subscription'],
  summary,
  querystring: Query,
  response: { 200: Type.Unknown({ contentMediaType: 'text/plain', description: 'Text, YAML or JSON, by `format`.' }) },
});

/** Subscription links: what a VPN client fetches for one user, with what that user used. */
export function subscriptionRoutes(app: HttpApp, parts: HttpParts): void {
  const config = { access: 'public' } as const;
  app.get('/api/xpert/sub', { config, schema: schema('Subscription of a user') }, (request, reply) =>
    answer(parts, request, request.query, reply, TITLE),
  );
  app.get(
    '/api/xpert/direct-configs/sub',
    { config, schema: schema('The same under the address that the original had for direct configurations') },
    (request, reply) => answer(parts, request, request.query, reply, `${TITLE} Direct`),
  );
}

async function answer(
  parts: HttpParts,
  request: FastifyRequest,
  { user_token: secret, format: wanted }: Static<typeof Query>,
  reply: FastifyReply,
  title: string,
) {
  const userAgent = request.headers['user-agent'] ?? '';
  const visitor = await visitorOf(parts, secret);
  const joined = await linksFor(parts, request, visitor);
  noteFetch(parts, request, visitor, userAgent);
  const links = joinLinks(joined);
  if (isUnknown(links, joined)) throw notRead();
  const silent = joined.parts.filter((part) => part.at === null && tellsNothing(part));
  const old = joined.parts.filter((part) => part.isOld && !silent.includes(part));
  const texts = NOTE_TEXTS[languageOf(request)];
  const { type, text, leftOut } = await writeSubscription(chooseFormat(wanted, userAgent), links, title, (entries) => [
    ...(entries === 0 ? [] : [texts.leftOut(entries)]),
    ...old.map((part) => oldNote(texts, part)),
    ...silent.map(({ name }) => texts.tellsNothing(name)),
  ]);
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  reply.headers({ ...headersFor(parts, request, visitor, title), ...saying(leftOut, old.length), etag });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  return reply.type(type).send(text);
}

/** A client that is refused keeps the profile it has; one that gets an empty one does not. */
function notRead(): ExpectedError {
  return problem('sources-not-read', 'Nothing that this subscription is made of has answered yet.', {
    retryAfterSeconds: RETRY_SECONDS,
  });
}

/** Somebody suspended gets an entry that says so instead of configurations that do not work. */
async function linksFor({ ports }: HttpParts, request: FastifyRequest, { user }: Visitor): Promise<UserLinks> {
  if (hasAccess(user.state)) return await ports.userLinks.linksOf(user);
  return { direct: [explainingLink(PAGE_TEXTS[languageOf(request)][offWord(user.state)]).text], parts: [] };
}

/** What a client is not given, or not as it is now; absent where there is nothing of the kind. */
function saying(leftOut: number, old: number): Record<string, string> {
  return {
    ...(leftOut === 0 ? {} : { 'xpert-left-out': String(leftOut) }),
    ...(old === 0 ? {} : { 'xpert-old-sources': String(old) }),
  };
}

function headersFor(parts: HttpParts, request: FastifyRequest, { user, used, standing }: Visitor, title: string) {
  const base = publicUrl(parts, request);
  return {
    'subscription-userinfo': formatUserinfo(userinfo(used, standing)),
    'profile-update-interval': String(UPDATE_HOURS),
    'profile-title': `base64:${Buffer.from(title).toString('base64')}`,
    'profile-web-page-url': `${base}/u/${encodeURIComponent(user.linkToken)}`,
    'traffic-webhook': `${base}/api/xpert/traffic-webhook`,
    'user-token': encodeURIComponent(user.userToken),
  };
}

/** Of the quota of everything, if there is one: what clients show as used and left, and until when. */
function userinfo(used: Traffic, standing: UserStanding | null): Userinfo {
  const { expiresMs = null, quotas = [] } = standing?.evaluation ?? {};
  const expiresAt = expiresMs === null ? null : new Date(expiresMs);
  const whole = quotas.find(({ quota }) => isOfEverything(quota));
  return whole === undefined ? { ...directions(used), total: null, expiresAt } : userinfoOf(whole, expiresAt);
}

/** What is known without its direction goes to the download: the sum stays true. */
function directions({ rx, tx, total }: Traffic): { upload: bigint; download: bigint } {
  return rx === null || tx === null ? { upload: 0n, download: total } : { upload: rx, download: tx };
}

/** A courtesy: nobody's fetch waits for it, or fails because of it. */
function noteFetch(parts: HttpParts, request: FastifyRequest, { user }: Visitor, userAgent: string): void {
  const { links, clock } = parts.ports;
  const fetch = { device: deviceOf(parts, request, user.id), client: clientName(userAgent) };
  links.noteFetch(user.id, fetch, clock.now()).catch(() => {});
}
