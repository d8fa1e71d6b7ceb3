import type { Plan } from '../../api/types.ts';
import { useTranslation } from '../../i18n/words.tsx';
import type { NewTerms } from '../../lib/terms.ts';
import { usePlanPreview } from './api.ts';

/** Asked of the server, which decides it: what other terms would do at once to those who have the plan. */
export function PlanEffect({ plan, terms }: { readonly plan: Plan; readonly terms: NewTerms }) {
  const { t } = useTranslation();
  const preview = usePlanPreview(plan, terms).data;
  if (!preview) return <p className="mut">&nbsp;</p>;
  if (preview.cutOff > 0)
    return (
      <p className="warned">{t('settings.plans.cutsOff', { count: preview.cutOff, names: namesOf(preview.names) })}</p>
    );
  if (preview.cutInPart > 0)
    return <p className="warned">{t('settings.plans.cutsInPart', { count: preview.cutInPart })}</p>;
  if (preview.restored > 0) return <p>{t('settings.plans.restores', { count: preview.restored })}</p>;
  return <p className="mut">{t('settings.plans.changesNothing')}</p>;
}

/** Names that a preview tells. */
const TOLD = 12;

function namesOf(names: readonly string[]): string {
  return names.slice(0, TOLD).join(', ') + (names.length > TOLD ? ', …' : '');
}
