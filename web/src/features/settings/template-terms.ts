import type { Plan, UserTemplate } from '../../api/types.ts';
import { wholeTerms } from '../../lib/terms.ts';

/** The terms that a template gives itself, however short they are said; undefined: none, or those of a plan. */
export function termsOf(entitlement: UserTemplate['entitlement']): Plan['terms'] | undefined {
  if (entitlement?.terms) return wholeTerms(entitlement.terms);
  if (entitlement?.quota === undefined) return undefined;
  return wholeTerms({ cycle: entitlement.cycle ?? 'none', quotas: [{ bytes: entitlement.quota }] });
}
