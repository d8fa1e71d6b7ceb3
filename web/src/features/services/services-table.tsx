import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Node } from '../../api/types.ts';
import { Card } from '../../components/card.tsx';
import { Count, Unknown } from '../../components/numbers.tsx';
import { ProtocolBadge } from '../../components/protocol-badge.tsx';
import { State } from '../../components/state.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { isReadable, serviceState } from '../../lib/node-state.ts';
import { useFormat } from '../../lib/use-format.ts';

export function ServicesTable({ nodes }: { readonly nodes: readonly Node[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const rows = nodes.flatMap((node) => node.services.map((service) => ({ node, service })));
  return (
    <Card title={t('services.all')} hint={t('services.allMean')}>
      <TableScroll>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('services.service')}</th>
              <th scope="col">{t('common.node')}</th>
              <th scope="col">{t('common.stateWord')}</th>
              <th scope="col" className="r hide-s">
                {t('services.port')}
              </th>
              <th scope="col" className="r hide-s">
                {t('services.peers')}
              </th>
              <th scope="col" className="r hide-s">
                {t('services.online')}
              </th>
              <th scope="col" className="r hide-m">
                {t('services.lastRead')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ node, service }) => (
              <tr key={service.id}>
                <td>
                  <span className="name">{service.name}</span> <ProtocolBadge protocol={service.kind} />
                </td>
                <td>
                  <Link className="plain" to="/nodes/$nodeId" params={{ nodeId: node.id }}>
                    {node.name}
                  </Link>
                </td>
                <td>
                  <State of={serviceState(node, service)} />
                </td>
                <td className="r hide-s mut">{service.listenPort ? `:${service.listenPort}` : '—'}</td>
                <td className="r hide-s">
                  {isReadable(node) ? <Count value={service.peers} /> : <Unknown reason={t('common.state.unknown')} />}
                </td>
                <td className="r hide-s">
                  {isReadable(node) ? <Count value={service.online} /> : <Unknown reason={t('common.state.unknown')} />}
                </td>
                <td className="r mut hide-m">{service.lastCompleteAt ? format.short(service.lastCompleteAt) : '—'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </Card>
  );
}
