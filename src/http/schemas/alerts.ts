import { type Static, Type } from '@sinclair/typebox';
import {
  ALERT_KINDS,
  ALERT_SEVERITIES,
  type AlertKind,
  type AlertSeverity,
  kindOf,
} from '../../core/alerting/alert.ts';
import { ALERT_LANGUAGES, type AlertLanguage, type ChannelRules, DEFAULT_RULES } from '../../core/alerting/channel.ts';
import type { AlertView, ChannelView } from '../../core/alerting/operations.ts';
import { Instant, MaybeInstant, MaybeString, Nullable, oneOf } from './common.ts';
import { NoticeJson } from './nodes.ts';

const SeverityJson = oneOf<AlertSeverity>(ALERT_SEVERITIES);
const KindJson = oneOf<AlertKind>(ALERT_KINDS);
const Named = Type.Object({ id: Type.String(), name: MaybeString });

export const AlertJson = Type.Object(
  {
    id: Type.String(),
    kind: KindJson,
    topic: Type.String({ description: 'What is told, for example node-down or user-limited.' }),
    code: Type.String(),
    severity: SeverityJson,
    message: Type.String(),
    hint: MaybeString,
    node: Nullable(Named),
    serviceId: MaybeString,
    user: Nullable(Named),
    openedAt: Instant,
    endedAt: MaybeInstant,
    acknowledged: Nullable(Type.Object({ at: Instant, by: MaybeString })),
    muted: Nullable(Type.Object({ until: MaybeInstant })),
  },
  { $id: 'Alert' },
);

/** `nameOf`: of admins. */
export function alertJson(alert: AlertView, nameOf: (id: string) => string | null): Static<typeof AlertJson> {
  const { id, topic, code, severity, message, hint, subject, openedAt, endedAt, acknowledged, muted } = alert;
  const { nodeId, serviceId, userId, name } = subject;
  const by = acknowledged?.by ?? null;
  return {
    ...{ id, topic, code, severity, message, hint, serviceId, openedAt, endedAt, muted },
    kind: kindOf(topic, subject),
    node: nodeId === null ? null : { id: nodeId, name: userId === null ? name : null },
    user: userId === null ? null : { id: userId, name },
    acknowledged: acknowledged === null ? null : { at: acknowledged.at, by: by === null ? null : nameOf(by) },
  };
}

const count = Type.Integer({ minimum: 0 });
export const AlertCountsJson = Type.Object({
  open: Type.Object({ info: count, warning: count, error: count }),
  waiting: Type.Integer({ minimum: 0, description: 'Open ones that nobody has acknowledged or muted.' }),
});

const Minute = Type.Integer({ minimum: 0, maximum: 1439, description: "Minutes after midnight of the panel's zone." });
const rules = {
  language: oneOf<AlertLanguage>(ALERT_LANGUAGES),
  minSeverity: SeverityJson,
  kinds: Nullable(Type.Array(KindJson, { minItems: 1, uniqueItems: true, description: 'null: all.' })),
  quiet: Nullable(
    Type.Object(
      { fromMinute: Minute, toMinute: Minute },
      { description: 'Everything but errors waits for the end of these hours.' },
    ),
  ),
  namesUsers: Type.Boolean({ description: 'Messages name users.' }),
};
const RulesJson = Type.Object(rules, { $id: 'ChannelRules' });
/** What is left out stays, or is as at first. */
export const NewRules = Type.Partial(Type.Object(rules));

export function rulesOf(asked: Static<typeof NewRules> = {}, before: ChannelRules = DEFAULT_RULES): ChannelRules {
  return { ...before, ...asked };
}

export const ChannelKind = Type.String({ minLength: 1, maxLength: 32, description: 'telegram, email or webhook.' });

export const ChannelJson = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    kind: Type.String(),
    where: Type.String(),
    options: Type.Record(Type.String(), Type.Unknown(), { description: 'Without secrets.' }),
    secrets: Type.Record(
      Type.String(),
      Type.Union([Type.Literal('set'), Type.Literal('not-set'), Type.Literal('lost')]),
      { description: 'lost: to be entered again. They are never shown.' },
    ),
    rules: RulesJson,
    enabled: Type.Boolean(),
    createdAt: Instant,
    deliveredAt: MaybeInstant,
    failures: Type.Integer(),
    retryAt: MaybeInstant,
    problem: Nullable(NoticeJson),
    waiting: Type.Integer({ description: 'Events that wait to be delivered.' }),
    dropped: Type.Integer({ description: 'Events that were given up after three days.' }),
  },
  { $id: 'Channel' },
);

export function channelJson(view: ChannelView): Static<typeof ChannelJson> {
  const { kinds, ...rest } = view.rules;
  return {
    ...view,
    options: { ...view.options },
    secrets: { ...view.secrets },
    rules: { ...rest, kinds: kinds === null ? null : [...kinds] },
  };
}
