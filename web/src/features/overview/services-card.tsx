import { useQuery } from '@tanstack/react-query';
import { servicesQuery } from '../../api/resources.ts';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Link } from '../../components/link.tsx';
import { ServiceCounts, ServiceMatrix } from '../../components/service-matrix.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { useTranslation } from '../../i18n/words.tsx';

export function ServicesCard() {
  const { t } = useTranslation();
  const query = useQuery(servicesQuery);
  return (
    <Card
      title={t('common.nav.services')}
      hint={t('overview.servicesMean')}
      span={5}
      actions={<ServiceCounts services={query.data?.items ?? []} />}
      footer={
        <Link className="push" to="/services">
          {t('overview.allServices')}
        </Link>
      }
    >
      <Block query={query} skeleton={<SkeletonLines lines={5} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('overview.noServices')}>
              <Link to="/nodes/add">{t('overview.addNode')}</Link>
            </Empty>
          ) : (
            <ServiceMatrix services={items} />
          )
        }
      </Block>
    </Card>
  );
}
