import type { Plan } from '../../api/types.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { usePlanPreview } from './api.ts';
import type { NewTerms } from './plan-terms.ts';

/** Asked of the server, which decides it: what other terms would do at once to those who have the plan. */
export function PlanEffect({ plan, terms }: { readonly plan: Plan; readonly terms: NewTerms }) {
  const { t } = useTranslation();
  const preview = usePlanPreview(plan, terms).data;
  if (!preview) return <p className="mut">&nbsp;</p>;
  if (preview.cutOff > 0) return <p className="warned">{t('settings.plans.cutsOff', { count: preview.cutOff })}</p>;
  if (preview.restored > 0) return <p>{t('settings.plans.restores', { count: preview.restored })}</p>;
  return <p className="mut">{t('settings.plans.changesNothing')}</p>;
}
