import { hasTopic } from '../core/alerting/alert.ts';
import { isSkewed } from '../core/health/clock-skew.ts';
import { type Finding, noticeOfFinding } from '../core/health/findings.ts';
import type { PollState } from '../core/inventory/inventory-store.ts';
import type { NodeNotice, NodeView, SystemNotice } from '../core/inventory/node-operations.ts';

/** Everything there is to know about a node besides its state: from its last poll, from the ledger, from its clock. */
export function noticesOfNode(
  poll: PollState | null,
  findings: readonly Finding[],
  skewMs: number | null,
  now: Date,
): NodeNotice[] {
  const said = (poll?.notices ?? []).map((notice) => ({ ...notice, hint: notice.hint ?? null }));
  const found = findings.flatMap((finding) => {
    const notice = noticeOfFinding(finding, now);
    return notice === null ? [] : [{ ...notice, about: finding.serviceName }];
  });
  return [...said, ...found, ...(skewMs !== null && isSkewed(skewMs) ? [skewNotice(skewMs)] : [])];
}

function skewNotice(skewMs: number): NodeNotice {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  return {
    code: 'clock-skew',
    message: `The clock of the node is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} ours.`,
    hint: 'Let both follow a time server. Bytes are counted by our clock; what the node dates itself (handshakes, files) is off.',
  };
}

/** Lines that repair what a notice names, to be pasted on the node unless they begin with xpert. */
export function remedyFor(code: string, node: string): readonly string[] {
  return REMEDIES[code]?.(node) ?? [];
}

const STATISTICS = ['grep -n -A4 \'"stats"\\|"policy"\' /usr/local/etc/xray/config.json'];

const REMEDIES: Readonly<Record<string, (node: string) => readonly string[]>> = {
  'clock-skew': () => ['timedatectl status', 'timedatectl set-ntp true'],
  'clock-ahead': () => ['timedatectl status', 'timedatectl set-ntp true'],
  'node-script-old': (node) => [`xpert node setup ${node}   # prints what to run on the node`],
  'awg-missing': () => ['command -v awg', "docker ps --format '{{.Names}}'   # or is it in a container?"],
  'wg-missing': () => ['apt-get install wireguard-tools'],
  'counters-reset-by-other': () => [
    "ss -tnp state established   # who else reads the source's API?",
    'grep -rn "reset" /etc/cron* /var/spool/cron 2>/dev/null',
  ],
  'counter-fell': (node) => [`xpert quality node ${node} --days 2`],
  'readings-quarantined': (node) => ['xpert quarantine list', `xpert node link ${node} MBIT|none`],
  'counter-rewound': () => [
    'xpert baseline list   # what was not counted; book it with xpert baseline book ID --reason TEXT',
  ],
  'stats-users-off': () => STATISTICS,
  'stats-direction-off': () => STATISTICS,
  'counters-frozen': (node) => [...STATISTICS, `xpert node reconcile ${node} --days 2`],
};

const TOPICS = {
  up: 'node-degraded',
  degraded: 'node-degraded',
  down: 'node-down',
  error: 'collector-failing',
} as const;

/** How reading the node goes, and what was found there: each its own, so that it is one alert whatever else is wrong. */
export function systemNoticesOf({ node, state, reason, notices, openGap, lastCompleteAt }: NodeView): SystemNotice[] {
  if (reason === null || state === 'unknown') return [];
  const about = { nodeId: node.id, nodeName: node.name };
  const found = notices.filter((one) => one.isInfo !== true);
  const severity = state === 'degraded' ? 'warning' : 'error';
  const since = openGap?.from ?? lastCompleteAt;
  const ofState = { ...reason, ...about, key: `node:${node.id}`, topic: TOPICS[state], severity, since } as const;
  return [
    ...(found.some(({ message }) => message === reason.message) ? [] : [ofState]),
    ...found.map(({ code, message, hint, about: part }) => {
      const topic = hasTopic(code) ? code : TOPICS.degraded;
      const key = `${code}:${node.id}:${part ?? ''}`;
      return { code, message, hint, ...about, key, topic, severity: 'warning', since: null } as const;
    }),
  ];
}
