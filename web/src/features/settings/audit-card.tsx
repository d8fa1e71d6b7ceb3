import { useQuery } from '@tanstack/react-query';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { auditQuery } from './api.ts';

/** Who changed what, newest first. */
export function AuditCard() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(auditQuery);
  return (
    <Card title={t('settings.audit.title')} hint={t('settings.audit.means')}>
      <Block query={query} skeleton={<SkeletonLines lines={5} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('settings.audit.none')} />
          ) : (
            <TableScroll tall>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{t('settings.audit.when')}</th>
                    <th scope="col">{t('settings.audit.who')}</th>
                    <th scope="col">{t('settings.audit.what')}</th>
                    <th scope="col" className="hide-s">
                      {t('settings.audit.subject')}
                    </th>
                    <th scope="col" className="hide-m">
                      {t('settings.audit.via')}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((entry, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: entries have no identity, and never change
                    <tr key={index}>
                      <td>{format.instant(entry.at)}</td>
                      <td>{entry.by?.name ?? t('settings.audit.system')}</td>
                      <td className="two-lines">
                        {t(`settings.action.${entry.action}`, { defaultValue: entry.action })}
                      </td>
                      <td className="hide-s mut">{entry.subject}</td>
                      <td className="hide-m mut">{t(`settings.via.${entry.via}`, { defaultValue: entry.via })}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </TableScroll>
          )
        }
      </Block>
    </Card>
  );
}
