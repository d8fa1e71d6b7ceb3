import type { Plan, UserTemplate } from '../api/types.ts';
import { parseGib } from './format.ts';
import { wordsOf } from './words.ts';

type Terms = Plan['terms'];
type Quota = Terms['quotas'][number];

/** Bytes that a quota counts: as the rules of nodes bill them, or as counted in these directions. */
export const DIRECTIONS = ['billed', 'both', 'up', 'down', 'max'] as const;

/** One quota as it is typed. */
export interface QuotaFields {
  /** Tells the fields of one form apart. */
  readonly key: number;
  /** Empty: it is called after what it counts. */
  readonly name: string;
  readonly gib: string;
  /** Counts a part alone: of the nodes, groups and protocols that are named. */
  readonly isPart: boolean;
  readonly groups: string;
  readonly nodeIds: readonly string[];
  readonly protocols: readonly string[];
  readonly direction: Quota['direction'];
  readonly soft: string;
  readonly grace: string;
  readonly rollover: boolean;
  /** As it was opened; absent: a new one. */
  readonly before?: Quota;
}

/** Terms as they are typed. */
export interface TermsFields {
  readonly quotas: readonly QuotaFields[];
  readonly cycle: string;
  readonly days: string;
  readonly graceHours: string;
}

/** Terms as the API takes them. */
export type NewTerms = Readonly<Record<string, unknown>>;

const EMPTY: Omit<QuotaFields, 'key'> = {
  ...{ name: '', gib: '', isPart: false, groups: '', nodeIds: [], protocols: [] },
  ...{ direction: 'billed', soft: '', grace: '', rollover: false },
};

/** Of new terms: one quota of everything by the month, still without an amount. */
export function fieldsOf(terms: Terms | undefined): TermsFields {
  if (terms === undefined) return { quotas: [{ ...EMPTY, key: 0 }], cycle: 'month:1', days: '', graceHours: '' };
  return {
    quotas: terms.quotas.map((quota, key) => ({
      ...{ key, before: quota, name: quota.name, gib: gibOf(quota.bytes), direction: quota.direction },
      isPart: [quota.nodeTags, quota.nodeIds, quota.protocols].some((part) => part !== null),
      groups: groupsOf(quota),
      ...{ nodeIds: quota.nodeIds ?? [], protocols: quota.protocols ?? [], rollover: quota.rollover },
      soft: quota.softPercent === null ? '' : String(quota.softPercent),
      grace: Number(quota.graceBytes) === 0 ? '' : gibOf(quota.graceBytes),
    })),
    cycle: terms.cycle,
    days: terms.validDays === null ? '' : String(terms.validDays),
    graceHours: terms.graceHours === 0 ? '' : String(terms.graceHours),
  };
}

/** Terms as a request may say them, with what it leaves out. */
export function wholeTerms({ cycle = 'none', quotas = [], validDays = null, graceHours = 0 }: SaidTerms): Terms {
  const whole = quotas.map((quota) => ({ ...UNSAID, ...quota }));
  return { cycle, quotas: whole as readonly Quota[], validDays, graceHours };
}

type SaidTerms = NonNullable<NonNullable<UserTemplate['entitlement']>['terms']>;

const UNSAID = {
  ...{ name: 'all', direction: 'billed', nodeIds: null, nodeTags: null, protocols: null },
  ...{ softPercent: null, graceBytes: 0, rollover: false },
} as const;

/** With one quota more: of a part, where there is one of everything already. */
export function withQuota({ quotas, ...terms }: TermsFields): TermsFields {
  const key = Math.max(-1, ...quotas.map((quota) => quota.key)) + 1;
  return { ...terms, quotas: [...quotas, { ...EMPTY, key, isPart: quotas.some(({ isPart }) => !isPart) }] };
}

/** Null where an amount cannot be read, or a part is of nothing. What shows as it was opened is as it was, to the byte. */
export function termsIn({ quotas, cycle, days, graceHours }: TermsFields): NewTerms | null {
  const taken = new Set(quotas.map(({ name }) => name.trim()).filter((name) => name !== ''));
  const read = quotas.map((quota) => quotaIn(quota, taken));
  if (read.some((quota) => quota === null)) return null;
  return {
    ...{ cycle, quotas: read, graceHours: Number(graceHours) },
    validDays: days === '' ? null : Number(days),
  };
}

function quotaIn(fields: QuotaFields, taken: Set<string>) {
  const { before, direction, rollover, isPart } = fields;
  const bytes = bytesIn(fields.gib, before?.bytes);
  const graceBytes = fields.grace === '' ? 0 : bytesIn(fields.grace, before?.graceBytes);
  const soft = fields.soft === '' ? null : Number(fields.soft);
  const [nodeTags, nodeIds, protocols] = isPart
    ? [groupsIn(fields), some(fields.nodeIds), some(fields.protocols)]
    : [null, null, null];
  const isOfNothing = isPart && nodeTags === null && nodeIds === null && protocols === null;
  if (bytes === null || graceBytes === null || isOfNothing) return null;
  if (soft !== null && (soft < 1 || soft > 100)) return null;
  const name = fields.name.trim() || freeName([...(nodeTags ?? []), ...(protocols ?? [])].join(' '), isPart, taken);
  return { name, bytes, direction, nodeIds, nodeTags, protocols, softPercent: soft, graceBytes, rollover };
}

/** After what it counts; top-ups are given to a quota by its name. */
function freeName(of: string, isPart: boolean, taken: Set<string>): string {
  const wanted = isPart ? of.slice(0, 48) || 'nodes' : 'all';
  let name = wanted;
  for (let n = 2; taken.has(name); n++) name = `${wanted} ${n}`;
  taken.add(name);
  return name;
}

/** A tag may have a space in it, which is not to be seen among spaces: what shows as it was opened is not taken apart. */
function groupsIn({ groups, before }: QuotaFields): readonly string[] | null {
  return before !== undefined && groups === groupsOf(before) ? before.nodeTags : some(wordsOf(groups));
}

function groupsOf({ nodeTags }: Quota): string {
  return nodeTags?.join(' ') ?? '';
}

function some<T>(items: readonly T[]): readonly T[] | null {
  return items.length === 0 ? null : items;
}

function bytesIn(text: string, before: number | bigint | undefined): number | bigint | null {
  return before !== undefined && text === gibOf(before) ? before : parseGib(text);
}

function gibOf(bytes: number | bigint): string {
  return String(Math.round((Number(bytes) / 2 ** 30) * 1000) / 1000);
}
