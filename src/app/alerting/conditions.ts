import type { AlertSubject, Condition } from '../../core/alerting/alert.ts';
import { OURSELVES } from '../../core/alerting/alert.ts';
import type { Channel } from '../../core/alerting/channel.ts';
import { SKEW_SAMPLES } from '../../core/health/clock-skew.ts';
import type { ServiceOperations } from '../../core/health/service-operations.ts';
import type { NodeOperations, NodeView, SystemNotice } from '../../core/inventory/node-operations.ts';
import { type BudgetStore, standingNow } from '../../core/ledger/provider-budget.ts';
import type { UsageHistory } from '../../core/ledger/usage-history.ts';
import type { NoteworthyUser, QuotaStore } from '../../core/quota/quota-store.ts';
import type { DoctorCheck } from '../../core/settings/operations.ts';
import { type Calendar, formatDay } from '../../core/units/calendar.ts';
import type { Clock } from '../../core/units/clock.ts';
import { counted } from '../../core/units/counted.ts';
import { readableBytes } from '../../core/units/readable-bytes.ts';

interface Dependencies {
  readonly nodes: Pick<NodeOperations, 'views' | 'notices'>;
  readonly services: Pick<ServiceOperations, 'standings'>;
  readonly history: Pick<UsageHistory, 'unclaimedSums' | 'quarantine'>;
  readonly quotas: Pick<QuotaStore, 'noteworthy'>;
  /** What the doctor finds that no notice tells. */
  readonly findings: () => Promise<readonly DoctorCheck[]>;
  readonly budgets: Pick<BudgetStore, 'budgets' | 'carried'>;
  readonly calendar: () => Calendar;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

export interface Found {
  readonly conditions: readonly Condition[];
  /** Nobody can say at the moment whether it is wrong. */
  readonly isUnknown: (key: string) => boolean;
  /** It lasts, and is no news any more: no condition, but not over either. */
  readonly isOld: (key: string) => boolean;
}

/** What is slower to find out is asked for so often. */
const USERS_MS = 60_000;
const LEDGER_MS = 60_000;
const DOCTOR_MS = 600_000;
const BUDGETS_MS = 300_000;
/** Less than this may be a test that somebody made. */
const UNCLAIMED_BYTES = 100n * 1024n ** 2n;

const LEVEL = { info: 1, warning: 2, error: 3 } as const;

/** Gathers everything that is wrong now, from those who know it. */
export class Conditions {
  readonly #use: Dependencies;
  readonly #slow = new Map<string, { readonly atMs: number; readonly conditions: readonly Condition[] | null }>();

  /** Keys of users whose state is no news any more. */
  #old: ReadonlySet<string> = new Set();

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  async find(channels: readonly Channel[]): Promise<Found> {
    const views = await this.#use.nodes.views();
    const standings = await this.#use.services.standings(views);
    const asked = await Promise.all([
      this.#every('notices', 0, async () => (await this.#use.nodes.notices()).map(ofNotice)),
      this.#every('users', USERS_MS, () => this.#ofUsers()),
      this.#every('ledger', LEDGER_MS, () => this.#ofLedger()),
      this.#every('doctor', DOCTOR_MS, async () => (await this.#use.findings()).flatMap(ofCheck)),
      this.#every('budgets', BUDGETS_MS, () => this.#ofBudgets(views)),
    ]);
    const isAllKnown = asked.every((conditions) => conditions !== null);
    const isUnknownOfNode = unknownOfNodes(views);
    const unknownServices = new Set(
      standings.filter(({ health }) => health.state === 'unknown').map(({ service }) => `service:${service.id}`),
    );
    return {
      conditions: [...asked.flatMap((conditions) => conditions ?? []), ...channels.flatMap(ofChannel)],
      isUnknown: (key) => !isAllKnown || unknownServices.has(key) || isUnknownOfNode(key),
      isOld: (key) => this.#old.has(key),
    };
  }

  async #ofUsers(): Promise<Condition[]> {
    const calendar = this.#use.calendar();
    const users = await this.#use.quotas.noteworthy();
    const conditionsOf = (some: typeof users) => some.map((user) => ofUser(user, calendar));
    this.#old = new Set(conditionsOf(users.filter(({ isOld }) => isOld === true)).map(({ key }) => key));
    return conditionsOf(users.filter(({ isOld }) => isOld !== true));
  }

  async #ofBudgets(views: readonly NodeView[]): Promise<Condition[]> {
    const { budgets, clock } = this.#use;
    const [calendar, now] = [this.#use.calendar(), clock.now()];
    const nodes = new Map(views.map(({ node }) => [node.id, node]));
    const conditions: Condition[] = [];
    for (const budget of await budgets.budgets()) {
      const node = nodes.get(budget.nodeId);
      if (node === undefined) continue;
      const { standing } = await standingNow(budget, { store: budgets, calendar, since: node.createdAt, now });
      conditions.push(...ofBudget(node, standing.percent));
    }
    return conditions;
  }

  /** Where asking fails, the others are heard all the same: what was known last holds on; null: nothing ever was. */
  async #every(name: string, everyMs: number, find: () => Promise<readonly Condition[]>) {
    const nowMs = this.#use.clock.monotonicMs();
    const known = this.#slow.get(name) ?? { atMs: Number.NEGATIVE_INFINITY, conditions: null };
    if (nowMs - known.atMs < everyMs) return known.conditions;
    try {
      const conditions = await find();
      this.#slow.set(name, { atMs: nowMs, conditions });
      return conditions;
    } catch (error) {
      this.#slow.set(name, { ...known, atMs: nowMs });
      this.#use.onFailure(error);
      return known.conditions;
    }
  }

  async #ofLedger(): Promise<Condition[]> {
    const { history } = this.#use;
    const [unclaimed, quarantine] = await Promise.all([history.unclaimedSums(), history.quarantine(1000, null)]);
    const reports = quarantine.items.filter(({ report, decided }) => report !== null && decided === null).length;
    const { traffic, tokens, peers } = unclaimed;
    return [
      ...(traffic.total < UNCLAIMED_BYTES
        ? []
        : [
            ourOwn('unclaimed', 'info', {
              message: `${readableBytes(Number(traffic.total))} belong to nobody yet: ${counted(peers, 'peer')} and ${counted(tokens, 'token')}.`,
              hint: 'Give them to users (Assign devices in the panel, or xpert peer list --unassigned).',
            }),
          ]),
      ...(reports === 0
        ? []
        : [
            ourOwn('reports-quarantined', 'warning', {
              message: `${counted(reports, 'report was', 'reports were')} set aside as implausible, and not counted.`,
              hint: 'Look at them in the quarantine, and book or dismiss each.',
            }),
          ]),
    ];
  }
}

/**
 * Of a node that was not read wholly last, nobody can say whether what its readings showed before is still so; and how far
 * its clock is off takes some of them.
 */
function unknownOfNodes(views: readonly NodeView[]): (key: string) => boolean {
  const unread = new Set<string>();
  const unclocked = new Set<string>();
  for (const { node, state, failures, clockSkewMs, polls } of views) {
    if (state === 'unknown' || failures > 0) unread.add(node.id);
    if (clockSkewMs === null && polls.complete < SKEW_SAMPLES) unclocked.add(node.id);
  }
  return (key) => {
    const [what = '', id = '', part] = key.split(':');
    const isOfReadings = what === 'node' || part !== undefined;
    return isOfReadings && (unread.has(id) || (what === 'clock-skew' && unclocked.has(id)));
  };
}

function ofNotice({ key, topic, code, severity, message, hint, ...about }: SystemNotice): Condition {
  const { nodeId, nodeName, serviceId = null } = about;
  const subject: AlertSubject = { nodeId, serviceId, userId: null, name: nodeName };
  return { key, topic, code, severity, level: LEVEL[severity], message, hint, subject };
}

/** Of the alert about a channel, which is told by the others. */
export function keyOfChannel(id: string): string {
  return `channel-failing:${id}`;
}

function ofChannel({ id, name, enabled, failures, problem }: Channel): Condition[] {
  if (!enabled || failures < 3 || problem === null) return [];
  const message = `Messages do not get through to "${name}": ${problem.message}`;
  return [{ ...ourOwn('channel-failing', 'warning', { message, hint: problem.hint }), key: keyOfChannel(id) }];
}

function ofCheck({ name, status, message, hint }: DoctorCheck): Condition[] {
  if (status === 'ok') return [];
  const [part = name, ...rest] = name.split(' ');
  const topic = part === 'backup' ? 'backup-old' : part === 'sums' ? 'sums-off' : `doctor-${part}`;
  const found = ourOwn(topic, status, { message, hint });
  return [{ ...found, key: `doctor:${name}`, subject: { ...OURSELVES, name: rest.join(' ') || null } }];
}

function ourOwn(
  topic: string,
  severity: Condition['severity'],
  said: { readonly message: string; readonly hint: string | null },
): Condition {
  return { key: topic, topic, code: topic, severity, level: LEVEL[severity], ...said, subject: OURSELVES };
}

/** The higher of the two shares at which a user's quota is told. */
const HIGH_PERCENT = 95;

/** Never with the name in the words: channels may be told to leave it out. */
function ofUser({ userId, name, what, percent, at }: NoteworthyUser, calendar: Calendar): Condition {
  const subject: AlertSubject = { ...OURSELVES, userId, name };
  // The day of people, not of UTC: an end at midnight lies on the day before there.
  const when = at === null ? '' : formatDay(calendar.dayOf(at.getTime()).number);
  const isHigh = (percent ?? 0) >= HIGH_PERCENT;
  const share = isHigh ? HIGH_PERCENT : 80;
  const told = {
    'near-limit': { of: 'quota', level: isHigh ? 2 : 1, text: `At least ${share} % of a quota is used.` },
    limited: {
      of: 'quota',
      level: 3,
      text: 'A quota is used up. Where access is enforced there is none until it begins anew or is raised.',
    },
    expiring: { of: 'time', level: 1, text: `Access ends on ${when}.` },
    expired: { of: 'time', level: 2, text: `Access ended on ${when}.` },
  }[what];
  const isOver = what === 'limited' || what === 'expired';
  return {
    key: `user-${told.of}:${userId}`,
    topic: `user-${what}`,
    code: what === 'near-limit' ? `user-near-limit-${share}` : `user-${what}`,
    severity: isOver || isHigh ? 'warning' : 'info',
    level: told.level,
    message: told.text,
    hint: null,
    subject,
  };
}

/** A bundle of the node's provider that is nearly or wholly used. */
function ofBudget({ id, name }: Pick<NodeView['node'], 'id' | 'name'>, percent: number): Condition[] {
  const reached = [100, HIGH_PERCENT, 80].find((share) => percent >= share);
  if (reached === undefined) return [];
  const isOver = reached === 100;
  const message = isOver
    ? 'What the provider includes is used up: more may cost, or be slow.'
    : `At least ${reached} % of what the provider includes is used.`;
  return [
    {
      ...ourOwn(
        isOver ? 'budget-used-up' : 'budget-near-end',
        isOver || reached === HIGH_PERCENT ? 'warning' : 'info',
        {
          message,
          hint: 'What it will come to: xpert node budget NAME',
        },
      ),
      key: `budget:${id}`,
      code: isOver ? 'budget-used-up' : `budget-near-end-${reached}`,
      level: [80, HIGH_PERCENT, 100].indexOf(reached) + 1,
      subject: { ...OURSELVES, nodeId: id, name },
    },
  ];
}
