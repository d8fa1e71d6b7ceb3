import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Beat, NodeView } from '../core/inventory/node-operations.ts';
import type { HistoryShipping } from '../core/ledger/history-shipping.ts';
import type { HttpParts } from './parts.ts';
import type { HttpConfig } from './ports.ts';

/**
 * Metrics for Prometheus; counters never go back while the process lives, whatever is reset in the ledger. Names of
 * collectors as node_exporter has them: success and duration per source.
 */
export function prometheusText(parts: HttpParts): () => Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'xpert_' });
  const shown = { ...reportCounters(registry), ...nodeMetrics(registry), ...userCounters(registry) };
  const alerts = alertMetrics(registry);
  showProcesses(registry, parts.config);
  const showShipping = shippingMetrics(registry);
  const { nodes, operations, history, clock, alerting } = parts.ports;

  return async () => {
    const { recorded, duplicates, stale, quarantined, commits } = parts.metrics;
    setCounter(shown.reports, { outcome: 'recorded' }, recorded);
    setCounter(shown.reports, { outcome: 'duplicate' }, duplicates);
    setCounter(shown.reports, { outcome: 'stale' }, stale);
    setCounter(shown.reports, { outcome: 'quarantined' }, quarantined);
    setCounter(shown.commits, {}, commits);
    forgetLabels(shown);
    showBeat(shown, nodes.beat());
    await showAlerts(alerts, alerting);
    showShipping(await operations.historyShipping(), clock.now());
    for (const view of await nodes.views()) showNode(shown, view, clock.now());
    if ((await operations.settings()).userMetrics) {
      for (const { name, traffic } of await history.lifetimeTotals()) {
        if (traffic.rx !== null) setCounter(shown.userBytes, { user: name, direction: 'rx' }, Number(traffic.rx));
        if (traffic.tx !== null) setCounter(shown.userBytes, { user: name, direction: 'tx' }, Number(traffic.tx));
        setCounter(shown.userBytes, { user: name, direction: 'total' }, Number(traffic.total));
      }
    }
    return registry.metrics();
  };
}

type Shown = ReturnType<typeof reportCounters> & ReturnType<typeof nodeMetrics> & ReturnType<typeof userCounters>;

function reportCounters(registry: Registry) {
  const registers = [registry];
  return {
    reports: new Counter({
      name: 'xpert_reports_total',
      help: 'Reports that the webhook answered, by what became of them.',
      labelNames: ['outcome'],
      registers,
    }),
    commits: new Counter({ name: 'xpert_ledger_commits_total', help: 'Commits of the ledger.', registers }),
  };
}

function nodeMetrics(registry: Registry) {
  const registers = [registry];
  const labelNames = ['node'];
  return {
    polls: new Counter({
      name: 'xpert_polls_total',
      help: 'Readings of nodes, by outcome.',
      labelNames: ['node', 'outcome'],
      registers,
    }),
    success: new Gauge({
      name: 'xpert_collector_success',
      help: '1 if the last reading of the node was complete.',
      labelNames,
      registers,
    }),
    duration: new Gauge({
      name: 'xpert_collector_duration_seconds',
      help: 'Time that the last reading of the node took.',
      labelNames,
      registers,
    }),
    lag: new Gauge({
      name: 'xpert_poll_lag_seconds',
      help: 'Time since the last complete reading of the node.',
      labelNames,
      registers,
    }),
    pollsNow: new Gauge({
      name: 'xpert_polls_now',
      help: 'Readings of nodes that run now, and those that are due and wait for a free slot.',
      labelNames: ['state'],
      registers,
    }),
    pollDelay: new Gauge({
      name: 'xpert_poll_start_delay_seconds',
      help: 'How late the latest reading of the last minute began after it was due.',
      registers,
    }),
    peers: new Gauge({ name: 'xpert_peers', help: 'Peers on the node.', labelNames, registers }),
    peersOnline: new Gauge({
      name: 'xpert_peers_online',
      help: 'Peers with a handshake in the last three minutes.',
      labelNames,
      registers,
    }),
  };
}

/** There only where history is mirrored. */
function shippingMetrics(registry: Registry) {
  let shown: Record<'up' | 'waiting' | 'behind' | 'missing', Gauge> | null = null;
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `xpert_history_${name}`, help, registers: [registry] });
  return (shipping: HistoryShipping | null, now: Date): void => {
    if (shipping === null) return;
    shown ??= {
      up: gauge('shipping_up', '1 while changes of history are shipped to its mirror.'),
      waiting: gauge('waiting_changes', 'Changes of history that wait to be shipped.'),
      behind: gauge('behind_seconds', 'Age of the oldest change of history that was not shipped.'),
      missing: gauge('missing_days', 'Days that are over and not in the mirror yet.'),
    };
    const { waiting, waitingSince, missingDays, failure } = shipping;
    shown.up.set(failure === null ? 1 : 0);
    shown.waiting.set(waiting);
    shown.behind.set(waitingSince === null ? 0 : Math.max(0, (now.getTime() - waitingSince.getTime()) / 1000));
    if (missingDays !== null) shown.missing.set(missingDays);
  };
}

function alertMetrics(registry: Registry) {
  const registers = [registry];
  return {
    open: new Gauge({ name: 'xpert_alerts', help: 'Alerts that are open.', labelNames: ['severity'], registers }),
    undelivered: new Gauge({
      name: 'xpert_alert_events_undelivered',
      help: 'Events of alerts that wait for the channel.',
      labelNames: ['channel'],
      registers,
    }),
    messages: new Counter({
      name: 'xpert_alert_messages_total',
      help: 'Tries to deliver messages about alerts, by outcome.',
      labelNames: ['outcome'],
      registers,
    }),
  };
}

async function showAlerts(shown: ReturnType<typeof alertMetrics>, alerting: HttpParts['ports']['alerting']) {
  const [{ open }, channels] = await Promise.all([alerting.counts(), alerting.channels()]);
  for (const [severity, count] of Object.entries(open)) shown.open.set({ severity }, count);
  shown.undelivered.reset();
  for (const { name, waiting } of channels) shown.undelivered.set({ channel: name }, waiting);
  setCounter(shown.messages, { outcome: 'delivered' }, alerting.deliveries.delivered);
  setCounter(shown.messages, { outcome: 'failed' }, alerting.deliveries.failed);
}

function userCounters(registry: Registry) {
  return {
    userBytes: new Counter({
      name: 'xpert_user_bytes_total',
      help: 'All bytes ever counted for the user (rx = upload, tx = download); resets do not show here.',
      labelNames: ['user', 'direction'],
      registers: [registry],
    }),
  };
}

/** Asked for when somebody scrapes. A process that stands by has the one that leads answer. */
function showProcesses(registry: Registry, { standingBy, reading }: HttpConfig): void {
  if (standingBy === undefined) return;
  new Gauge({
    name: 'xpert_processes',
    help: 'Processes on the same database, by the part they play.',
    labelNames: ['role'],
    registers: [registry],
    collect() {
      this.set({ role: 'leading' }, 1);
      this.set({ role: 'standing-by' }, standingBy());
    },
  });
  new Gauge({
    name: 'xpert_nodes_read_elsewhere',
    help: 'Nodes that a process which stands by read last, for the one that leads.',
    registers: [registry],
    collect() {
      this.set(reading?.elsewhere ?? 0);
    },
  });
}

function showBeat({ pollsNow, pollDelay }: Shown, { running, waiting, lateMs }: Beat): void {
  pollsNow.set({ state: 'running' }, running);
  pollsNow.set({ state: 'waiting' }, waiting);
  pollDelay.set(lateMs / 1000);
}

function showNode(shown: Shown, view: NodeView, now: Date): void {
  const labels = { node: view.node.slug };
  for (const outcome of ['complete', 'incomplete', 'failed'] as const) {
    setCounter(shown.polls, { ...labels, outcome }, view.polls[outcome]);
  }
  shown.peers.set(labels, view.peers.total);
  shown.peersOnline.set(labels, view.peers.online);
  if (view.lastPollAt === null) return;
  shown.success.set(labels, view.failures === 0 ? 1 : 0);
  if (view.lastPollDurationMs !== null) shown.duration.set(labels, view.lastPollDurationMs / 1000);
  if (view.lastCompleteAt !== null) shown.lag.set(labels, (now.getTime() - view.lastCompleteAt.getTime()) / 1000);
}

/** Removed nodes and users must not go on showing their last value. */
function forgetLabels({ polls, success, duration, lag, peers, peersOnline, userBytes }: Shown): void {
  for (const metric of [polls, success, duration, lag, peers, peersOnline, userBytes]) metric.reset();
}

/** The counts are kept elsewhere; prom-client only knows `inc`. */
function setCounter(counter: Counter, labels: Record<string, string>, value: number): void {
  counter.remove(labels);
  counter.inc(labels, value);
}
