import { Type } from '@sinclair/typebox';
import type { AuditAbout } from '../../core/settings/settings-store.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { Instant, MaybeInstant, MaybeString, Nullable, PageOf, PageQuery } from '../schemas/common.ts';

const Named = Type.Object({ name: Type.String(), deleted: Type.Boolean() });
const AboutJson = Type.Object({
  everybody: Type.Boolean(),
  admin: Type.Union([Type.String(), Type.Null()], { description: 'All users of that admin.' }),
  names: Type.Array(Named, { description: 'Users, peers or VPN services; the first three.' }),
  count: Type.Integer({ description: 'How many these are in all.' }),
  node: Nullable(Named),
  to: Type.Union([Named, Type.Null()], { description: 'Who has it from then on.' }),
  at: Type.Unsafe<Date | null>({
    ...MaybeInstant,
    description: 'The instant that it holds for, or of what was undone or decided.',
  }),
});
const EntryJson = Type.Object({
  at: Instant,
  by: Nullable(Type.Object({ id: Type.String(), name: MaybeString })),
  via: Type.String({ description: 'panel, token, cli or system.' }),
  action: Type.String(),
  subject: Type.String(),
  about: Type.Union([AboutJson, Type.Null()], { description: 'In words, where the subject is an id.' }),
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
      const about = await ports.audit.about(page.items);
      const items = page.items.map(({ at, by, via, action, subject, detail }, i) => {
        const who = by === null ? null : { id: by, name: names.get(by) ?? null };
        return { at, by: who, via, action, subject, about: aboutJson(about[i]), detail };
      });
      return { items, nextCursor: page.nextCursor };
    },
  );
}

function aboutJson(about: AuditAbout | null | undefined) {
  return about ? { ...about, names: [...about.names] } : null;
}
