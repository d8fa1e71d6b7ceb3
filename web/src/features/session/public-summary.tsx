import { useQuery } from '@tanstack/react-query';
import type { NodeState } from '../../api/types.ts';
import { Block } from '../../components/block.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { type PublicStatus, publicSummaryQuery } from './api.ts';

const STATES: Readonly<Record<PublicStatus, NodeState>> = {
  online: 'up',
  offline: 'down',
  error: 'error',
  unknown: 'unknown',
};

/** What visitors may know where the owner lets them: which servers and services work, and nothing of who uses them. */
export function PublicSummary() {
  const { t } = useTranslation();
  const query = useQuery(publicSummaryQuery);
  return (
    <section className="card gate-card summary" aria-label={t('session.summary')}>
      <h2>{t('session.summary')}</h2>
      <Block query={query} skeleton={<SkeletonLines />}>
        {(servers) =>
          servers.length === 0 ? (
            <p className="mut">{t('session.noServers')}</p>
          ) : (
            <ul className="summary-list">
              {servers.map(({ id, name, status, services }) => (
                <li key={id}>
                  <b>
                    <bdi>{name}</bdi>
                  </b>
                  <State of={STATES[status]} />
                  {services.length === 0 ? null : (
                    <span className="services">
                      {services.map((service) => (
                        <State key={`${service.service} ${service.index}`} of={STATES[service.status]}>
                          {service.service}
                        </State>
                      ))}
                    </span>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Block>
    </section>
  );
}
