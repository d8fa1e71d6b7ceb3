import type { Plan } from '../../api/types.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { Bytes } from '../numbers.tsx';
import { isOfPart, useQuotaPart } from '../use-quota-part.ts';

/** The first quota of terms and of what it is; that there are more, with these on hover. */
export function QuotasShown({ quotas: [quota, ...others] }: { readonly quotas: Plan['terms']['quotas'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const partOfTraffic = useQuotaPart();
  if (!quota) return <span className="mut">{t('common.terms.noneShort')}</span>;
  return (
    <>
      <Bytes value={quota.bytes} />
      {isOfPart(quota) ? ' ' : null}
      {isOfPart(quota) ? <span className="badge">{partOfTraffic(quota)}</span> : null}
      {others.length > 0 ? (
        <span
          className="mut"
          title={others.map((one) => `${format.bytesText(one.bytes)}, ${partOfTraffic(one)}`).join('\n')}
        >
          {' '}
          {t('common.terms.further', { count: others.length })}
        </span>
      ) : null}
    </>
  );
}
