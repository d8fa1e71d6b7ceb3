import { useQuery } from '@tanstack/react-query';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { type AuditEntry, auditQuery } from './api.ts';

/** Who changed what, newest first. */
export function AuditCard() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(auditQuery);
  const subjectOf = useSubject();
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
                      <td className="hide-s mut two-lines">{subjectOf(entry)}</td>
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

/** Nearer ones are the same moment. */
const SAME_MS = 60_000;

/** What an entry is about, by name; also what is deleted by now. */
function useSubject(): (entry: AuditEntry) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = ({ name, deleted }: Named) => (deleted ? t('common.deletedName', { name }) : name);
  return ({ at, subject, about }) => {
    if (about === null) return subject;
    const count = about.count - about.names.length;
    const names = [...about.names.map(nameOf), ...(count > 0 ? [t('common.reset.andMore', { count })] : [])].join(', ');
    const isLater = about.at !== null && Math.abs(Date.parse(about.at) - Date.parse(at)) >= SAME_MS;
    const said = [
      about.everybody ? t('common.reset.all') : about.admin ? t('common.reset.owner', { name: about.admin }) : names,
      about.to && t('settings.audit.to', { name: nameOf(about.to) }),
      about.node && nameOf(about.node),
      isLater && about.at && format.instant(about.at),
    ];
    return said.filter(Boolean).join(' · ') || subject;
  };
}

type Named = NonNullable<AuditEntry['about']>['names'][number];
