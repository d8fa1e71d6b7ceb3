import type { Gap } from '../api/types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { answerIn } from '../lib/pauses.ts';
import { useFormat } from '../lib/use-format.ts';
import { useNow } from '../lib/use-now.ts';
import { useSaid } from '../lib/use-said.ts';
import { Link } from './link.tsx';
import { TableScroll } from './table-scroll.tsx';

/** Intervals with no complete reading: when, why, how long. */
export function GapsTable({ gaps, withNode = true }: { readonly gaps: readonly Gap[]; readonly withNode?: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = useSaid();
  const now = useNow(5_000);
  const cameBack = (gap: Gap) => {
    const answer = answerIn(gap);
    return answer === null ? t('common.gaps.notAsked') : said(answer).message;
  };
  return (
    <TableScroll>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('common.gaps.from')}</th>
            {withNode ? <th scope="col">{t('common.node')}</th> : null}
            <th scope="col" className={withNode ? 'hide-s' : undefined}>
              {t('common.gaps.why')}
            </th>
            <th scope="col" className="hide-m">
              {t('common.gaps.cameBack')}
            </th>
            <th scope="col" className="r">
              {t('common.gaps.lasted')}
            </th>
          </tr>
        </thead>
        <tbody>
          {gaps.map((gap) => (
            <tr key={`${gap.nodeId}${gap.from}${gap.reason}`}>
              <td>{format.instant(gap.from)}</td>
              {withNode ? (
                <td>
                  <Link
                    className="name"
                    title={gap.nodeName ?? undefined}
                    to="/nodes/$nodeId"
                    params={{ nodeId: gap.nodeId }}
                  >
                    {gap.nodeName ?? t('common.deletedNode')}
                  </Link>
                </td>
              ) : null}
              <td className={withNode ? 'hide-s' : 'two-lines'}>
                {t(`common.gaps.reason.${gap.reason}`, { defaultValue: gap.reason })}
              </td>
              <td className="hide-m mut clip" title={cameBack(gap)}>
                <bdi>{cameBack(gap)}</bdi>
              </td>
              <td className="r">
                {gap.to === null ? (
                  <span className="st unknown">
                    {t('common.gaps.still', { duration: format.duration(now - Date.parse(gap.from)) })}
                  </span>
                ) : (
                  format.duration(Date.parse(gap.to) - Date.parse(gap.from))
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
