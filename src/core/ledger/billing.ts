import type { AdminId, NodeId, ServiceId } from '../units/ids.ts';
import { quarterOf, quarterStart } from '../units/quarter.ts';

/** Which bytes of a record are billed: `up` is rx (what the user sent), `down` tx, `max` the larger of the two. */
export type BilledDirection = 'both' | 'up' | 'down' | 'max';

/** What is billed for a record: the bytes of the direction times the multiplier. */
export interface BillingRule {
  /** The multiplier in thousandths: 1500 = 1.5, 0 = for nothing. */
  readonly thousandths: number;
  readonly direction: BilledDirection;
}

/** What holds where nobody set a rule: every byte is billed once. */
export const AS_COUNTED: BillingRule = Object.freeze({ thousandths: 1000, direction: 'both' });

/** A rule from a quarter on, until the next one. Null: a VPN service that goes by its node's rule (again). */
export interface RuleSince {
  readonly fromQuarter: number;
  readonly rule: BillingRule | null;
}

/** Rules that a carrier of bytes goes by, each list in the order of time: its VPN service's own before its node's. */
export interface CarrierRules {
  readonly service: readonly RuleSince[];
  readonly node: readonly RuleSince[];
}

/** A rule as it was set. */
export interface BillingRuleEntry {
  readonly id: string;
  readonly nodeId: NodeId;
  /** Null: for all VPN services of the node that have none of their own. */
  readonly serviceId: ServiceId | null;
  /** On the border of a quarter of an hour. */
  readonly from: Date;
  readonly rule: BillingRule | null;
  readonly setAt: Date;
  readonly by: AdminId | null;
}

export interface NewBillingRule extends Omit<BillingRuleEntry, 'id' | 'from' | 'setAt'> {
  /** Null: as soon as may be, which is the next quarter. */
  readonly from: Date | null;
}

/** Port: the rules by which counted bytes are billed. */
export interface BillingRuleStore {
  /** All that were ever set, of one node or of every one, the latest first. */
  rules(nodeId?: NodeId): Promise<BillingRuleEntry[]>;
  /** Holds from a quarter that has not begun. @throws InvalidInput, NotFound */
  setRule(rule: NewBillingRule): Promise<BillingRuleEntry>;
  /** Takes back a rule that has not begun. @throws NotFound, RuleInForce */
  removeRule(id: string): Promise<BillingRuleEntry>;
}

/** The rule in force in a quarter. */
export function ruleAt({ service, node }: CarrierRules, quarter: number): BillingRule {
  return latest(service, quarter) ?? latest(node, quarter) ?? AS_COUNTED;
}

function latest(rules: readonly RuleSince[], quarter: number): BillingRule | null {
  return rules.findLast(({ fromQuarter }) => fromQuarter <= quarter)?.rule ?? null;
}

/**
 * Bytes billed for one record, in whole bytes, rounded towards zero: in doubt in the user's favour, and never more than
 * the multiplier says. Bytes whose direction the source does not tell are billed whatever the direction rule is.
 */
export function billedBytes(
  { thousandths, direction }: BillingRule,
  rx: bigint,
  tx: bigint,
  undirected: bigint,
): bigint {
  return ((directionBytes(direction, rx, tx) + undirected) * BigInt(thousandths)) / 1000n;
}

function directionBytes(direction: BilledDirection, rx: bigint, tx: bigint): bigint {
  if (direction === 'both') return rx + tx;
  if (direction === 'up') return rx;
  if (direction === 'down') return tx;
  // Of a correction, which may take bytes away, the larger amount.
  return magnitude(rx) > magnitude(tx) ? rx : tx;
}

function magnitude(bytes: bigint): bigint {
  return bytes < 0n ? -bytes : bytes;
}

/** Billed bytes are at most this many times the counted ones. */
export const MAX_MULTIPLIER = 1000;

/** Thousandths of a decimal text such as `1.5`; null if it is none, has more than 3 places or is above 1000. */
export function parseMultiplier(text: string): number | null {
  const [, whole, places = ''] = /^(\d{1,4})(?:\.(\d{1,3}))?$/.exec(text) ?? [];
  if (whole === undefined) return null;
  const thousandths = Number(whole) * 1000 + Number(places.padEnd(3, '0'));
  return thousandths <= MAX_MULTIPLIER * 1000 ? thousandths : null;
}

/** The shortest decimal text: 1500 is `1.5`. */
export function formatMultiplier(thousandths: number): string {
  const places = String(thousandths % 1000)
    .padStart(3, '0')
    .replace(/0+$/, '');
  const whole = Math.floor(thousandths / 1000);
  return places === '' ? String(whole) : `${whole}.${places}`;
}

/** First instant from which a rule that is set now may hold: nothing that runs or has passed is billed anew. */
export function nextQuarter(nowMs: number): Date {
  return new Date(quarterStart(quarterOf(nowMs) + 1));
}
