/**
 * Quality of booked bytes as a bit mask, kept with every record: 0 = measured. Bits only ever get added; their values
 * are stored and must not change.
 */
export type Flags = number;

export const FLAG = {
  /** Booked after its quarter was closed, or caught up after a gap. */
  late: 1,
  /** Spread over several quarters by time. */
  estimated: 2,
  /** Bytes of this interval may be missing: a life ended or a counter restarted between two readings. */
  possibleLoss: 4,
  /** The wall clock stepped during the interval. */
  clockSuspect: 8,
  /** The counter fell although the source shows no restart: something else resets it. */
  resetByOther: 16,
  /** The counter was moved back (source restored from a backup): new baseline. */
  rewound: 32,
  /** Reported by a sender that nobody authenticated. */
  unverified: 64,
  /** A correction entry; its bytes may be negative. */
  correction: 128,
} as const satisfies Record<string, Flags>;
