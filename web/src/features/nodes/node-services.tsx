import { useQuery } from '@tanstack/react-query';
import { servicesQuery } from '../../api/resources.ts';
import type { Node } from '../../api/types.ts';
import { Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Count, Unknown } from '../../components/numbers.tsx';
import { ProtocolBadge } from '../../components/protocol-badge.tsx';
import { State } from '../../components/state.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { isReadable, silentSince } from '../../lib/node-state.ts';
import { useFormat } from '../../lib/use-format.ts';

export function NodeServices({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const format = useFormat();
  const since = silentSince(node);
  const health = new Map((useQuery(servicesQuery).data?.items ?? []).map((service) => [service.id, service.state]));
  return (
    <Card
      title={t('nodes.vpnServices')}
      hint={t('nodes.vpnServicesMean')}
      sub={since ? t('nodes.asLastKnown', { at: format.short(since) }) : undefined}
    >
      <TableScroll>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('nodes.service')}</th>
              <th scope="col">{t('common.stateWord')}</th>
              <th scope="col" className="r hide-s">
                {t('nodes.port')}
              </th>
              <th scope="col" className="r">
                {t('nodes.peers')}
              </th>
              <th scope="col" className="r hide-s">
                {t('nodes.online')}
              </th>
              <th scope="col" className="hide-m">
                {t('nodes.publicKey')}
              </th>
              <th scope="col" className="r hide-s">
                {t('nodes.lastRead')}
              </th>
            </tr>
          </thead>
          <tbody>
            {node.services.map((service) => (
              <tr key={service.id}>
                <td>
                  <span className="name">{service.name}</span> <ProtocolBadge protocol={service.kind} />
                </td>
                <td>
                  <State of={health.get(service.id) ?? 'unknown'} />
                </td>
                <td className="r hide-s mut">
                  {service.listenPort ? <bdi dir="ltr">:{service.listenPort}</bdi> : '—'}
                </td>
                <td className="r">
                  {isReadable(node) ? <Count value={service.peers} /> : <Unknown reason={t('common.state.unknown')} />}
                </td>
                <td className="r hide-s">
                  {isReadable(node) ? <Count value={service.online} /> : <Unknown reason={t('common.state.unknown')} />}
                </td>
                <td className="hide-m mut">
                  {service.publicKey && !service.publicKey.includes('://') ? (
                    <code title={service.publicKey}>{service.publicKey.slice(0, 16)}…</code>
                  ) : (
                    '—'
                  )}
                </td>
                <td className="r hide-s mut">{service.lastCompleteAt ? format.short(service.lastCompleteAt) : '—'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
      {node.services.length === 0 ? <Empty title={t('nodes.noServices')}>{t('nodes.noServicesWhy')}</Empty> : null}
    </Card>
  );
}
