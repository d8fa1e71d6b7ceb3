import { useQuery } from '@tanstack/react-query';
import { servicesQuery } from '../../api/resources.ts';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Page } from '../../components/frame/page.tsx';
import { Link } from '../../components/link.tsx';
import { ServiceCounts, ServiceMatrix } from '../../components/service-matrix.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { ServicesTable } from './services-table.tsx';

/** Every VPN service of every node, and whether people can use it. */
export function ServicesPage() {
  const { t } = useTranslation();
  const query = useQuery(servicesQuery);
  const services = query.data?.items ?? [];
  return (
    <Page title={t('common.nav.services')}>
      <Card
        title={t('services.matrix')}
        hint={t('services.mean')}
        sub={t('services.sub')}
        actions={<ServiceCounts services={services} />}
        footer={<span>{t('services.checked')}</span>}
      >
        <Block query={query} skeleton={<SkeletonLines lines={5} />}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={t('services.none')}>
                <Link to="/nodes/add">{t('services.addNode')}</Link>
              </Empty>
            ) : (
              <ServiceMatrix services={items} />
            )
          }
        </Block>
      </Card>
      {services.length > 0 ? <ServicesTable services={services} /> : null}
    </Page>
  );
}
