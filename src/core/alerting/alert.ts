import type { AdminId, NodeId, ServiceId, UserId } from '../units/ids.ts';

export type AlertSeverity = 'info' | 'warning' | 'error';

export const ALERT_SEVERITIES: readonly AlertSeverity[] = ['info', 'warning', 'error'];

/** What channels choose from. */
export type AlertKind =
  | 'nodes'
  | 'services'
  | 'counters'
  | 'clock'
  | 'users'
  | 'access'
  | 'unclaimed'
  | 'backup'
  | 'disk'
  | 'budget'
  | 'setup';

export const ALERT_KINDS: readonly AlertKind[] = [
  ...(['nodes', 'services', 'counters', 'clock', 'users', 'access', 'unclaimed'] as const),
  ...(['backup', 'disk', 'budget', 'setup'] as const),
];

/** Whom or what it is about; all null: the product itself. */
export interface AlertSubject {
  readonly nodeId: NodeId | null;
  readonly serviceId: ServiceId | null;
  readonly userId: UserId | null;
  /** Of the node or user, as it was when the alert opened. */
  readonly name: string | null;
}

export const OURSELVES: AlertSubject = { nodeId: null, serviceId: null, userId: null, name: null };

/** Something that is wrong now. */
export interface Condition {
  /** What it is about; stays the same while it lasts, whatever the words say. */
  readonly key: string;
  /** What is told in one sentence of its own (`words.ts`): `node-down`, `user-limited`, … */
  readonly topic: string;
  /** Of the reason, as notices have it. */
  readonly code: string;
  readonly severity: AlertSeverity;
  /** Rises when it gets worse; only then it is told again. */
  readonly level: number;
  readonly message: string;
  readonly hint: string | null;
  readonly subject: AlertSubject;
}

export interface Alert extends Omit<Condition, 'key'> {
  readonly id: string;
  readonly key: string;
  readonly openedAt: Date;
  /** Null while it lasts. */
  readonly endedAt: Date | null;
  /** `by` null: on the machine itself. */
  readonly acknowledged: { readonly at: Date; readonly by: AdminId | null } | null;
}

/** What is told of an alert. */
export type AlertEventKind = 'opened' | 'worse' | 'ended';

export interface AlertEvent {
  readonly kind: AlertEventKind;
  readonly at: Date;
  readonly alertId: string;
  readonly topic: string;
  readonly code: string;
  readonly severity: AlertSeverity;
  readonly message: string;
  readonly hint: string | null;
  readonly subject: AlertSubject;
  readonly openedAt: Date;
}

/** Topics of nodes that are told by what their notices say, by the code of the notice. */
const KINDS: Readonly<Record<string, AlertKind>> = {
  'node-down': 'nodes',
  'collector-failing': 'nodes',
  'node-degraded': 'nodes',
  'gateway-failing': 'nodes',
  'service-down': 'services',
  'service-degraded': 'services',
  'certificate-wrong': 'services',
  'clock-skew': 'clock',
  'clock-suspect': 'clock',
  'counters-reset-by-other': 'counters',
  'counter-rewound': 'counters',
  'counters-frozen': 'counters',
  'counted-twice': 'counters',
  'readings-quarantined': 'counters',
  'reports-quarantined': 'counters',
  'sums-off': 'counters',
  'user-near-limit': 'users',
  'user-limited': 'users',
  'user-expiring': 'users',
  'user-expired': 'users',
  'access-paused': 'access',
  'access-fuse-blown': 'access',
  'access-failing': 'access',
  unclaimed: 'unclaimed',
  'backup-failed': 'backup',
  'backup-old': 'backup',
  restored: 'backup',
  'history-behind': 'setup',
  'disk-almost-full': 'disk',
};

/** Whether a notice is told in a sentence of its own, by its code. */
export function hasTopic(code: string): boolean {
  return Object.hasOwn(KINDS, code);
}

/** Notices of nodes that have no topic of their own are about counters; everything else is about how Xpert is set up. */
export function kindOf(topic: string, { nodeId }: Pick<AlertSubject, 'nodeId'>): AlertKind {
  const known = KINDS[topic];
  if (known !== undefined) return known;
  if (topic.startsWith('budget')) return 'budget';
  return nodeId === null ? 'setup' : 'counters';
}
