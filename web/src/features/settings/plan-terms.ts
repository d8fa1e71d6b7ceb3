import type { Plan } from '../../api/types.ts';
import { parseGib } from '../../lib/format.ts';
import { wordsOf } from '../../lib/words.ts';

/** What the form of a plan holds: of its first quota, and of the plan as a whole. */
export interface PlanFields {
  readonly gib: string;
  readonly groups: string;
  readonly soft: string;
  readonly grace: string;
  readonly rollover: boolean;
  readonly cycle: string;
  readonly days: string;
}

/** Terms as the API takes them. */
export type NewTerms = Record<string, unknown>;

export function fieldsOf(plan: Plan | undefined): PlanFields {
  const quota = plan?.terms.quotas[0];
  return {
    gib: gibOf(quota?.bytes),
    groups: quota?.nodeTags?.join(' ') ?? '',
    soft: quota?.softPercent == null ? '' : String(quota.softPercent),
    grace: quota === undefined || Number(quota.graceBytes) === 0 ? '' : gibOf(quota.graceBytes),
    rollover: quota?.rollover ?? false,
    cycle: plan?.terms.cycle ?? 'month:1',
    days: plan?.terms.validDays == null ? '' : String(plan.terms.validDays),
  };
}

/** Null where a number cannot be read. What the fields do not show of a plan stays as it is. */
export function termsOf(fields: PlanFields, plan: Plan | undefined): NewTerms | null {
  const [first, ...others] = plan?.terms.quotas ?? [];
  const bytes = bytesIn(fields.gib, first?.bytes);
  const graceBytes = bytesIn(fields.grace, first?.graceBytes);
  const soft = fields.soft === '' ? null : Number(fields.soft);
  if (bytes === null || graceBytes === null || (soft !== null && (soft < 1 || soft > 100))) return null;
  const nodeTags = wordsOf(fields.groups);
  const quota = {
    ...first,
    ...{ bytes, graceBytes: graceBytes ?? 0, softPercent: soft, rollover: fields.rollover },
    nodeTags: nodeTags.length === 0 ? null : nodeTags,
  };
  return {
    cycle: fields.cycle,
    quotas: bytes === undefined ? others : [quota, ...others],
    validDays: fields.days === '' ? null : Number(fields.days),
    ...(plan === undefined ? {} : { graceHours: plan.terms.graceHours }),
  };
}

/** Undefined: nothing was written. What shows as before is as it was to the byte. */
function bytesIn(text: string, before: number | bigint | undefined): number | bigint | null | undefined {
  if (text === '') return undefined;
  return before !== undefined && text === gibOf(before) ? before : parseGib(text);
}

function gibOf(bytes: number | bigint | undefined): string {
  return bytes === undefined ? '' : String(Math.round((Number(bytes) / 2 ** 30) * 1000) / 1000);
}
