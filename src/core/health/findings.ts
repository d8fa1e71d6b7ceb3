import type { Notice } from '../inventory/node-operations.ts';
import type { NodeId, ServiceId } from '../units/ids.ts';

/** Something that the ledger saw while it metered a service, and that makes its counters doubtful. */
export interface Finding {
  readonly nodeId: NodeId;
  readonly serviceId: ServiceId;
  readonly serviceName: string;
  readonly code: FindingCode;
  /** Of a run of polls that showed it, with less than a day between two. */
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** Polls that showed it. */
  readonly times: number;
}

export type FindingCode =
  /** A counter fell although the service shows that it did not restart. */
  | 'counter-fell'
  /** A counter was moved back; nothing was counted. */
  | 'counter-rewound'
  /** Users are active and no counter moves. */
  | 'counters-frozen'
  /** A reading was set aside as implausible, and no admin has decided yet. */
  | 'reading-quarantined';

/** Findings further apart than this are not one run, and one that old is no news. */
export const FINDING_MS = 86_400_000;

/** One fall may be a peer that was added again; so many in a run are somebody who resets the counters. */
const FALLS_OF_A_READER = 3;

/** What the owner is told; null when it is over. `isInfo`: nothing that could be repaired. */
export function noticeOfFinding(finding: Finding, now: Date): (Notice & { readonly isInfo?: boolean }) | null {
  const { code, serviceName: name, times, lastAt } = finding;
  if (code !== 'reading-quarantined' && now.getTime() - lastAt.getTime() > FINDING_MS) return null;
  const at = lastAt.toISOString();
  switch (code) {
    case 'counter-fell':
      return times < FALLS_OF_A_READER ? fell(name, at) : resetByOther(name, times, finding.firstAt);
    case 'counters-frozen':
      return frozen(name, finding.firstAt);
    case 'counter-rewound':
      return {
        code,
        message: `${name}: a counter was moved back at ${at}; what flowed meanwhile was not counted.`,
        hint: 'The source was restored from a backup, or somebody changed its numbers. An admin may book the difference.',
      };
    case 'reading-quarantined':
      return {
        code: 'readings-quarantined',
        message: `${name}: ${times === 1 ? 'a reading was' : `${times} readings were`} set aside as implausible, the last at ${at}; not counted.`,
        hint: 'Look at them in the quarantine and book or dismiss each. A link speed that is set too low does this, too.',
      };
  }
}

function fell(name: string, at: string): Notice & { readonly isInfo: boolean } {
  return {
    code: 'counter-fell',
    message: `${name}: a counter fell at ${at} without a restart; the new value was counted, the interval is marked.`,
    hint: 'The peer was removed and added again between two readings, or somebody reset its counter. Bytes may be missing.',
    isInfo: true,
  };
}

function resetByOther(name: string, times: number, since: Date): Notice {
  return {
    code: 'counters-reset-by-other',
    message: `${name}: counters fell without a restart in ${times} readings since ${since.toISOString()}: something else resets them.`,
    hint: 'Another panel or script reads with reset, or removes and adds peers on every change. Stop it, or let it read only: each reset loses the bytes since our last reading.',
  };
}

function frozen(name: string, since: Date): Notice {
  return {
    code: 'counters-frozen',
    message: `${name}: bytes flow, but since ${since.toISOString()} no counter of a user moves; nothing is counted.`,
    hint: 'Statistics per user are switched off. Xray: "stats": {}, and in policy.levels "statsUserUplink" and "statsUserDownlink": true; every user needs an email.',
  };
}
