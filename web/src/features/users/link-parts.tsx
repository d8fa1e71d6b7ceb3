import type { Answer } from '../../api/types.ts';
import { Ago } from '../../components/ago.tsx';
import { Count } from '../../components/numbers.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useSaid } from '../../lib/use-said.ts';

type Link = Answer<'/api/v1/users/{id}/link'>;

/** Where the link's entries come from, beside those given out here; absent where they come from nowhere else. */
export function LinkSources({ sources }: Pick<Link, 'sources'>) {
  const { t } = useTranslation();
  const said = useSaid();
  if (sources.length === 0) return null;
  return (
    <TableScroll>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('users.linkSource')}</th>
            <th scope="col" className="r">
              {t('users.linkEntries')}
            </th>
            <th scope="col">{t('users.linkAsOf')}</th>
          </tr>
        </thead>
        <tbody>
          {sources.map((source) => (
            <tr key={`${source.kind} ${source.name} ${source.at}`}>
              <td className="two-lines">
                <bdi>{source.name}</bdi>
                {source.problem ? <p className="mut small">{said(source.problem).message}</p> : null}
              </td>
              <td className="r">
                <Count value={source.entries} />
              </td>
              <td className="two-lines">
                {source.at ? <Ago at={source.at} /> : t('users.linkNever')}{' '}
                {source.old && source.at ? t('users.linkOld') : ''}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

/** Which devices fetched the link. */
export function LinkDevices({ devices }: Pick<Link, 'devices'>) {
  const { t } = useTranslation();
  if (devices.length === 0) return null;
  return (
    <TableScroll>
      <table>
        <caption>{t('users.linkDevices', { count: devices.length })}</caption>
        <thead>
          <tr>
            <th scope="col">{t('users.linkClient')}</th>
            <th scope="col" className="r">
              {t('users.linkFetches')}
            </th>
            <th scope="col">{t('users.linkLast')}</th>
          </tr>
        </thead>
        <tbody>
          {devices.map((device) => (
            <tr key={device.device}>
              <td>
                <bdi>{device.client}</bdi>
              </td>
              <td className="r">
                <Count value={device.count} />
              </td>
              <td>
                <Ago at={device.lastAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
