import { Type } from '@sinclair/typebox';
import { adminIdOf, visibilityOf } from '../../core/identity/authorize.ts';
import type { ResetMark } from '../../core/ledger/usage-ledger.ts';
import type { ResetId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { setReset, undoReset } from '../resetting.ts';
import { Instant, MaybeInstant, MaybeString, Nullable, PageOf, PageQuery } from '../schemas/common.ts';

const Scope = Type.Union([Type.Literal('all'), Type.Literal('owner'), Type.Literal('user')]);
const ResetJson = Type.Object(
  {
    id: Type.String(),
    scope: Scope,
    users: Type.Integer({ description: 'Users it applies to; 0 for all.' }),
    at: Instant,
    by: Nullable(Type.Object({ id: Type.String(), name: MaybeString })),
    reason: MaybeString,
    undoneAt: MaybeInstant,
  },
  { $id: 'Reset' },
);
const NewReset = Type.Object({
  scope: Scope,
  owner: Type.Optional(Type.String({ maxLength: 64, description: 'Name of the admin whose users are meant.' })),
  userIds: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 10_000 })),
  reason: Type.Optional(Type.String({ maxLength: 500 })),
});

/** Reset marks: usage is shown from the mark on; nothing is removed, and a mark can be undone. */
export function resetRoutes(app: HttpApp, parts: HttpParts): void {
  const { history, identity } = parts.ports;
  const tags = ['ledger'];
  const config = { access: 'change-users' } as const;

  app.get(
    '/api/v1/resets',
    {
      config,
      schema: {
        tags,
        summary: 'Reset marks',
        querystring: Type.Object(PageQuery),
        response: { 200: PageOf(ResetJson) },
      },
    },
    async (request) => {
      const actor = actorOf(request);
      const page = await history.resets(request.query.limit, request.query.cursor ?? null);
      // A reseller sees the marks that they set.
      const own = page.items.filter(({ by }) => visibilityOf(actor).kind === 'all' || by === adminIdOf(actor));
      return { ...page, items: await Promise.all(own.map(resetJson)) };
    },
  );

  app.post(
    '/api/v1/resets',
    { config, schema: { tags, summary: 'Set a reset mark', body: NewReset, response: { 201: ResetJson } } },
    async (request, reply) => {
      const mark = await setReset(parts.ports, actorOf(request), request.body);
      await audit(parts, request, 'usage.reset', mark.id, { scope: mark.scope, users: mark.users });
      return reply.code(201).send(await resetJson(mark));
    },
  );

  app.delete(
    '/api/v1/resets/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Undo a reset mark: shown usage is old plus new',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        response: { 200: ResetJson },
      },
    },
    async (request) => {
      const mark = await undoReset(parts.ports, actorOf(request), request.params.id as ResetId);
      await audit(parts, request, 'usage.reset-undone', mark.id);
      return resetJson(mark);
    },
  );

  async function resetJson({ id, scope, users, at, by, reason, undoneAt }: ResetMark) {
    const admin = by === null ? null : await identity.admin(by);
    return { id, scope, users, at, by: by === null ? null : { id: by, name: admin?.name ?? null }, reason, undoneAt };
  }
}
