import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { NotFound } from '../../core/errors.ts';
import { type Actor, adminIdOf, visibilityOf } from '../../core/identity/authorize.ts';
import type { TemplateAuthor, UserTemplate } from '../../core/inventory/user-template.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { MaybeInteger, Nothing, Nullable } from '../schemas/common.ts';
import { NameJson } from '../schemas/identity.ts';
import { NoteJson, TagsJson } from '../schemas/people.ts';
import { entitlementOf, NewEntitlement, type NewEntitlementBody } from './entitlements.ts';

const TemplateEntitlement = Type.Omit(NewEntitlement, ['expiresAt', 'fresh']);
const TemplateJson = Type.Object(
  {
    name: Type.String(),
    own: Type.Boolean({
      description: 'False: of somebody else: the owner’s, for all to use, or, for the owner, a reseller’s.',
    }),
    note: Type.String(),
    tags: Type.Array(Type.String()),
    entitlement: Nullable(TemplateEntitlement),
    expiresInDays: MaybeInteger,
  },
  { $id: 'UserTemplate' },
);
const NewTemplate = Type.Object({
  note: Type.Optional(NoteJson),
  tags: Type.Optional(TagsJson),
  entitlement: Type.Optional(Nullable(TemplateEntitlement)),
  expiresInDays: Type.Optional(Nullable(Type.Integer({ minimum: 1, maximum: 36_600 }))),
});

const tags = ['users'];
const ByName = Type.Object({ name: NameJson });
const listSchema = {
  tags,
  summary: 'Templates to make users from',
  response: { 200: Type.Object({ items: Type.Array(TemplateJson) }) },
};
const putSchema = {
  tags,
  summary: 'Make a template, or replace the one of that name; users made from it before stay as they are',
  params: ByName,
  body: NewTemplate,
  response: { 200: TemplateJson },
};
const deleteSchema = { tags, summary: 'Remove a template', params: ByName, response: { 204: Nothing } };

/** Templates: resellers have their own, and use the owner's. */
export function userTemplateRoutes(app: HttpApp, parts: HttpParts): void {
  const { templates } = parts.ports;
  const config = { access: 'change-users' } as const;

  app.get('/api/v1/user-templates', { config, schema: listSchema }, async (request) => {
    const actor = actorOf(request);
    return { items: (await visibleTemplates(parts, actor)).map((template) => templateJson(template, actor)) };
  });

  app.put('/api/v1/user-templates/:name', { config, schema: putSchema }, async (request) => {
    const actor = actorOf(request);
    const { name } = request.params;
    const { note = '', tags: words = [], entitlement: told = null, expiresInDays = null } = request.body;
    // Fields that nobody knows are passed over, as in every request, and not kept.
    const entitlement = Value.Clean(Nullable(TemplateEntitlement), told) as typeof told;
    // What a template says has to be sound before anybody is made from it.
    if (entitlement !== null) await entitlementOf(parts, entitlement);
    const template = await templates.save({ name, note, tags: words, entitlement, expiresInDays }, authorOf(actor));
    await audit(parts, request, 'template.saved', name);
    return templateJson(template, actor);
  });

  app.delete('/api/v1/user-templates/:name', { config, schema: deleteSchema }, async (request, reply) => {
    const actor = actorOf(request);
    const { name } = request.params;
    await templates.remove(name, authorOf(actor));
    await audit(parts, request, 'template.removed', name);
    return reply.code(204).send(null);
  });
}

/** What a request leaves out, as the template has it. */
export interface FromTemplate {
  readonly note: string;
  readonly tags: readonly string[];
  /** What is asked for, with what the template adds to it; undefined: nothing is said. */
  readonly entitlement: (own: NewEntitlementBody) => NewEntitlementBody | undefined;
}

/** @throws NotFound also for templates that the actor has nothing to do with */
export async function fromTemplate(parts: HttpParts, actor: Actor, name: string | undefined): Promise<FromTemplate> {
  if (name === undefined) return { note: '', tags: [], entitlement: (own) => merged({}, own) };
  const template = (await visibleTemplates(parts, actor)).find((one) => one.name === name);
  if (template === undefined) throw new NotFound('template', name, 'GET /api/v1/user-templates lists them.');
  const { note, tags: words, entitlement, expiresInDays } = template;
  const now = parts.ports.clock.now().getTime();
  const end = expiresInDays === null ? {} : { expiresAt: new Date(now + expiresInDays * DAY_MS).toISOString() };
  const whole = { ...(entitlement as NewEntitlementBody | null), ...end };
  return { note, tags: words, entitlement: (own) => merged(whole, own) };
}

/** A plan, terms or a quota of its own leave none of the template's; all else is the template's unless it is given. */
function merged(template: NewEntitlementBody, own: NewEntitlementBody): NewEntitlementBody | undefined {
  const { plan, terms, quota, cycle, ...rest } = template;
  const hasOwn = own.plan !== undefined || own.terms !== undefined || own.quota !== undefined;
  const whole = { ...(hasOwn ? rest : template), ...own };
  return Object.keys(whole).length === 0 ? undefined : whole;
}

const DAY_MS = 86_400_000;

async function visibleTemplates({ ports }: HttpParts, actor: Actor): Promise<readonly UserTemplate[]> {
  const all = await ports.templates.all();
  if (visibilityOf(actor).kind === 'all') return all;
  return all.filter(({ ownerId }) => ownerId === null || ownerId === ownerOf(actor));
}

/** Null: the owner's, and whoever sees all. */
function ownerOf(actor: Actor) {
  const who = visibilityOf(actor);
  return who.kind === 'owner' ? who.adminId : null;
}

function authorOf(actor: Actor): TemplateAuthor {
  return { adminId: adminIdOf(actor), only: ownerOf(actor) };
}

function templateJson(template: UserTemplate, actor: Actor): Static<typeof TemplateJson> {
  const { ownerId, tags: words, entitlement, ...rest } = template;
  const own = ownerId === ownerOf(actor);
  return { ...rest, own, tags: [...words], entitlement: entitlement as Static<typeof TemplateEntitlement> | null };
}
