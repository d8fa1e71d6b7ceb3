import { Type } from '@sinclair/typebox';
import { adminIdOf } from '../../core/identity/authorize.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { AlertCountsJson, AlertJson, alertJson } from '../schemas/alerts.ts';
import { Nullable, PageOf, PageQuery } from '../schemas/common.ts';

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
const State = Type.Union([Type.Literal('open'), Type.Literal('ended'), Type.Literal('all')], { default: 'open' });

const tags = ['alerts'];
const listSchema = {
  tags,
  summary: 'Alerts: what needs a look now, or what did; the latest first',
  querystring: Type.Object({ ...PageQuery, state: State }),
  response: { 200: PageOf(AlertJson) },
};
const countsSchema = { tags, summary: 'How many alerts are open', response: { 200: AlertCountsJson } };
const acknowledgeSchema = {
  tags,
  summary: 'Say that somebody sees to it: it stays open and is not counted as waiting',
  params: ById,
  body: Type.Object({ acknowledged: Type.Boolean() }),
  response: { 200: AlertJson },
};
const muteSchema = {
  tags,
  summary: 'Do not tell of what this alert is about, also when it comes again',
  params: ById,
  body: Type.Object({
    muted: Type.Boolean(),
    hours: Type.Optional(Nullable(Type.Integer({ minimum: 1, maximum: 8760 }))),
  }),
  response: { 200: AlertJson },
};

/** What needs a look, and what became of it. */
export function alertRoutes(app: HttpApp, parts: HttpParts): void {
  const { alerting, identity, clock } = parts.ports;
  const looking = { access: 'view-all' } as const;
  const changing = { access: 'change-all' } as const;

  app.get('/api/v1/alerts', { config: looking, schema: listSchema }, async (request) => {
    const { state, limit, cursor = null } = request.query;
    const page = await alerting.list({ state, limit, cursor });
    const nameOf = await adminNames();
    return { ...page, items: page.items.map((alert) => alertJson(alert, nameOf)) };
  });

  app.get('/api/v1/alerts/counts', { config: looking, schema: countsSchema }, () => alerting.counts());

  app.put('/api/v1/alerts/:id/acknowledged', { config: changing, schema: acknowledgeSchema }, async (request) => {
    const { acknowledged } = request.body;
    const alert = await alerting.acknowledge(request.params.id, acknowledged, adminIdOf(actorOf(request)));
    await audit(parts, request, acknowledged ? 'alert.acknowledged' : 'alert.reopened', alert.topic);
    return alertJson(alert, await adminNames());
  });

  app.put('/api/v1/alerts/:id/muted', { config: changing, schema: muteSchema }, async (request) => {
    const { muted, hours = null } = request.body;
    const until = hours === null ? null : new Date(clock.now().getTime() + hours * 3_600_000);
    const mute = muted ? { until } : null;
    const alert = await alerting.mute(request.params.id, mute, adminIdOf(actorOf(request)));
    await audit(parts, request, muted ? 'alert.muted' : 'alert.unmuted', alert.topic, { until });
    return alertJson(alert, await adminNames());
  });

  async function adminNames(): Promise<(id: string) => string | null> {
    const names = new Map((await identity.admins()).map(({ id, name }) => [id as string, name]));
    return (id) => names.get(id) ?? null;
  }
}
