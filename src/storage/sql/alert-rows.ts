import type { Alert, AlertEvent, AlertEventKind, AlertSeverity, AlertSubject } from '../../core/alerting/alert.ts';
import type { Channel, ChannelRules } from '../../core/alerting/channel.ts';
import type { AdminId, NodeId, ServiceId, UserId } from '../../core/units/ids.ts';
import { toDate } from './rows.ts';

interface SubjectRow {
  readonly nodeId: NodeId | null;
  readonly serviceId: ServiceId | null;
  readonly userId: UserId | null;
  readonly name: string | null;
}

interface SaidRow {
  readonly topic: string;
  readonly code: string;
  readonly severity: AlertSeverity;
  readonly message: string;
  readonly hint: string | null;
}

export interface AlertRow extends SubjectRow, SaidRow {
  readonly id: string;
  readonly key: string;
  readonly level: number;
  readonly openedAt: number;
  readonly endedAt: number | null;
  readonly acknowledgedAt: number | null;
  readonly acknowledgedBy: AdminId | null;
}

const SUBJECT = 'a.node_id AS nodeId, a.service_id AS serviceId, a.user_id AS userId, a.name, a.opened_at AS openedAt';

export const alertColumns = `a.id, a.key, a.topic, a.code, a.severity, a.level, a.message, a.hint, ${SUBJECT},
  a.ended_at AS endedAt, a.acknowledged_at AS acknowledgedAt, a.acknowledged_by AS acknowledgedBy`;

export function toAlert(row: AlertRow): Alert {
  const { nodeId, serviceId, userId, name, openedAt, endedAt, acknowledgedAt, acknowledgedBy, ...said } = row;
  return {
    ...said,
    subject: { nodeId, serviceId, userId, name },
    openedAt: new Date(openedAt),
    endedAt: toDate(endedAt),
    acknowledged: acknowledgedAt === null ? null : { at: new Date(acknowledgedAt), by: acknowledgedBy },
  };
}

export interface EventRow extends SubjectRow, SaidRow {
  readonly alertId: string;
  readonly kind: AlertEventKind;
  readonly at: number;
  readonly openedAt: number;
}

export const eventColumns = `e.alert_id AS alertId, e.kind, e.at, e.topic, e.code, e.severity, e.message, e.hint, ${SUBJECT}`;

export function toEvent({ nodeId, serviceId, userId, name, at, openedAt, ...said }: EventRow): AlertEvent {
  const subject: AlertSubject = { nodeId, serviceId, userId, name };
  return { ...said, subject, at: new Date(at), openedAt: new Date(openedAt) };
}

export interface ChannelRow {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly options: string;
  readonly rules: string;
  readonly enabled: number;
  readonly createdAt: number;
  readonly deliveredAt: number | null;
  readonly failures: number;
  readonly retryAt: number | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  readonly dropped: number;
  readonly waiting: number;
}

export const channelColumns = `c.id, c.name, c.kind, c.options, c.rules, c.enabled, c.created_at AS createdAt,
  c.delivered_at AS deliveredAt, c.failures, c.retry_at AS retryAt, c.code, c.message, c.hint, c.dropped,
  (SELECT count(*) FROM outbox o WHERE o.channel_id = c.id) AS waiting`;

export function toChannel({ options, rules, enabled, code, message, hint, ...row }: ChannelRow): Channel {
  return {
    ...row,
    options: JSON.parse(options) as Record<string, unknown>,
    rules: JSON.parse(rules) as ChannelRules,
    enabled: enabled === 1,
    createdAt: new Date(row.createdAt),
    deliveredAt: toDate(row.deliveredAt),
    retryAt: toDate(row.retryAt),
    problem: code === null ? null : { code, message: message ?? code, hint },
  };
}
