import { Type } from '@sinclair/typebox';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Instant, MaybeString, Nullable, PageOf, PageQuery } from '../schemas/common.ts';

const EntryJson = Type.Object({
  at: Instant,
  by: Nullable(Type.Object({ id: Type.String(), name: MaybeString })),
  via: Type.String({ description: 'panel, token, cli or system.' }),
  action: Type.String(),
  subject: Type.String(),
  detail: Type.Record(Type.String(), Type.Unknown()),
});

/** Who did what. */
export function auditRoutes(app: HttpApp, { ports }: HttpParts): void {
  app.get(
    '/api/v1/audit',
    {
      config: { access: 'inspect' },
      schema: {
        tags: ['settings'],
        summary: 'Who did what, newest first',
        querystring: Type.Object(PageQuery),
        response: { 200: PageOf(EntryJson) },
      },
    },
    async (request) => {
      const [page, admins] = await Promise.all([
        ports.audit.read(request.query.limit, request.query.cursor ?? null),
        ports.identity.admins(),
      ]);
      const names = new Map(admins.map(({ id, name }) => [id, name]));
      const items = page.items.map(({ at, by, via, action, subject, detail }) => {
        return { at, by: by === null ? null : { id: by, name: names.get(by) ?? null }, via, action, subject, detail };
      });
      return { items, nextCursor: page.nextCursor };
    },
  );
}
