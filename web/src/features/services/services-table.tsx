import { useState } from 'react';
import { useIsOwner } from '../../api/session.tsx';
import type { Service } from '../../api/types.ts';
import { Ago } from '../../components/ago.tsx';
import { Card } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Link } from '../../components/link.tsx';
import { Count, Unknown } from '../../components/numbers.tsx';
import { ProtocolBadge } from '../../components/protocol-badge.tsx';
import { State } from '../../components/state.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useSaid } from '../../lib/use-said.ts';
import { ProbeForm } from './probe-form.tsx';

export function ServicesTable({ services }: { readonly services: readonly Service[] }) {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const [probing, setProbing] = useState<string | null>(null);
  const probed = services.find(({ id }) => id === probing);
  return (
    <Card title={t('services.all')} hint={t('services.allMean')}>
      <TableScroll>
        <table className="two-names">
          <thead>
            <tr>
              <th scope="col">{t('services.service')}</th>
              <th scope="col">{t('common.node')}</th>
              <th scope="col">{t('common.stateWord')}</th>
              <th scope="col" className="hide-m">
                {t('services.knownBy')}
              </th>
              <th scope="col" className="r hide-s">
                {t('services.answersIn')}
              </th>
              <th scope="col" className="r hide-m">
                {t('services.uptime')}
              </th>
              <th scope="col" className="r hide-s">
                {t('services.port')}
              </th>
              <th scope="col" className="r hide-s">
                {t('services.online')}
              </th>
              <th scope="col" className="r hide-m">
                {t('services.checkedAt')}
              </th>
              {owner ? (
                <th scope="col">
                  <span className="vh">{t('common.more')}</span>
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {services.map((service) => (
              <Row key={service.id} service={service} onProbe={owner ? () => setProbing(service.id) : null} />
            ))}
          </tbody>
        </table>
      </TableScroll>
      <Dialog
        title={t('services.probeOf', { name: probed ? `${probed.nodeName} / ${probed.name}` : '' })}
        open={probed !== undefined}
        onClose={() => setProbing(null)}
      >
        {probed ? <ProbeForm service={probed} onDone={() => setProbing(null)} /> : null}
      </Dialog>
    </Card>
  );
}

interface RowProps {
  readonly service: Service;
  /** Null: whoever looks may not set it. */
  readonly onProbe: (() => void) | null;
}

function Row({ service, onProbe }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = useSaid();
  const never = t('services.neverChecked');
  return (
    <tr>
      <td>
        <span className="name">{service.name}</span> <ProtocolBadge protocol={service.kind} />
      </td>
      <td>
        <Link className="plain" title={service.nodeName} to="/nodes/$nodeId" params={{ nodeId: service.nodeId }}>
          {service.nodeName}
        </Link>
      </td>
      <td>
        <State of={service.state} />
      </td>
      <td className="hide-m mut words" title={service.reason ? said(service.reason).message : undefined}>
        {service.reason ? said(service.reason).message : t(`services.probe.${service.probe.kind}`)}
      </td>
      <td className="r hide-s">
        {service.latencyMs === null ? (
          <Unknown reason={service.probe.kind === 'polls' ? t('services.pollsTellNoTime') : never} />
        ) : (
          <span className="num">
            {format.count(Math.round(service.latencyMs))}
            <span className="u">{t('common.unit.ms')}</span>
          </span>
        )}
      </td>
      <td className="r hide-m">
        {service.uptime === null ? (
          <Unknown reason={never} />
        ) : (
          <span className="num">
            {format.share(service.uptime)}
            <span className="u">%</span>
          </span>
        )}
      </td>
      <td className="r hide-s mut">{service.listenPort ? <bdi dir="ltr">:{service.listenPort}</bdi> : '—'}</td>
      <td className="r hide-s">
        {service.state === 'unknown' || service.state === 'down' ? (
          <Unknown reason={t(`common.state.${service.state}`)} />
        ) : (
          <Count value={service.online} of={`/ ${format.count(service.peers)}`} />
        )}
      </td>
      <td className="r mut hide-m">{service.checkedAt ? <Ago at={service.checkedAt} /> : '—'}</td>
      {onProbe ? (
        <td className="r">
          <button
            type="button"
            className="btn quiet icon"
            aria-label={t('services.probeOf', { name: service.name })}
            title={t('services.probeOf', { name: service.name })}
            onClick={onProbe}
          >
            <Icon name="edit" />
          </button>
        </td>
      ) : null}
    </tr>
  );
}
