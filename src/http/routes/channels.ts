import { Type } from '@sinclair/typebox';
import { NotFound } from '../../core/errors.ts';
import { audit } from '../audit.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { ChannelJson, ChannelKind, channelJson, NewRules, rulesOf } from '../schemas/alerts.ts';
import { Nothing } from '../schemas/common.ts';
import { NameJson } from '../schemas/identity.ts';

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
/** Checked by the notifier of that kind. */
const Options = Type.Record(Type.String({ maxLength: 64 }), Type.Unknown(), {
  description:
    'telegram: {token, chatId, threadId?, apiUrl?, privateAddress?}. email: {host, port?, security?: "starttls"|"tls"|"none", ' +
    'username?, password?, from, to: [address]}. webhook: {url, signingSecret, privateAddress?}. ' +
    'Secret ones that a change leaves out stay as they are; null takes one away.',
});

const tags = ['alerts'];
const listSchema = {
  tags,
  summary: 'Channels: where alerts are told',
  response: { 200: Type.Object({ items: Type.Array(ChannelJson) }) },
};
const addSchema = {
  tags,
  summary: 'Add a channel',
  body: Type.Object({ name: NameJson, kind: ChannelKind, options: Options, rules: Type.Optional(NewRules) }),
  response: { 201: ChannelJson },
};
const changeSchema = {
  tags,
  summary: 'Change a channel; what is left out stays',
  params: ById,
  body: Type.Object({
    name: Type.Optional(NameJson),
    options: Type.Optional(Options),
    rules: Type.Optional(NewRules),
    enabled: Type.Optional(Type.Boolean({ description: 'Off: it is told nothing, and what waits is forgotten.' })),
  }),
  response: { 200: ChannelJson },
};
const removeSchema = { tags, summary: 'Remove a channel', params: ById, response: { 204: Nothing } };
const testSchema = {
  tags,
  summary: 'Send a test message now; 502 says why it did not arrive',
  params: ById,
  response: { 204: Nothing },
};

/** Where alerts are told. Ids and names both find a channel. */
export function channelRoutes(app: HttpApp, parts: HttpParts): void {
  const { alerting } = parts.ports;
  const looking = { access: 'inspect' } as const;
  const changing = { access: 'change-all' } as const;

  app.get('/api/v1/channels', { config: looking, schema: listSchema }, async () => ({
    items: (await alerting.channels()).map(channelJson),
  }));

  app.post('/api/v1/channels', { config: changing, schema: addSchema }, async (request, reply) => {
    const { name, kind, options, rules } = request.body;
    const channel = await alerting.addChannel({ name, kind, options, rules: rulesOf(rules) });
    await audit(parts, request, 'channel.created', name, { kind, where: channel.where });
    return reply.code(201).send(channelJson(channel));
  });

  app.patch('/api/v1/channels/:id', { config: changing, schema: changeSchema }, async (request) => {
    const before = await find(request.params.id);
    const { name, options, rules, enabled } = request.body;
    const channel = await alerting.changeChannel(before.id, {
      ...(name === undefined ? {} : { name }),
      ...(options === undefined ? {} : { target: { kind: before.kind, options } }),
      ...(rules === undefined ? {} : { rules: rulesOf(rules, before.rules) }),
      ...(enabled === undefined ? {} : { enabled }),
    });
    await audit(parts, request, 'channel.changed', channel.name, { where: channel.where, enabled: channel.enabled });
    return channelJson(channel);
  });

  app.delete('/api/v1/channels/:id', { config: changing, schema: removeSchema }, async (request, reply) => {
    const { id, name } = await find(request.params.id);
    await alerting.removeChannel(id);
    await audit(parts, request, 'channel.deleted', name);
    return reply.code(204).send(null);
  });

  app.post('/api/v1/channels/:id/test', { config: changing, schema: testSchema }, async (request, reply) => {
    await alerting.testChannel((await find(request.params.id)).id);
    return reply.code(204).send(null);
  });

  async function find(text: string) {
    const channel = (await alerting.channels()).find(({ id, name }) => id === text || name === text);
    if (channel === undefined) throw new NotFound('channel', text, 'GET /api/v1/channels lists them.');
    return channel;
  }
}
