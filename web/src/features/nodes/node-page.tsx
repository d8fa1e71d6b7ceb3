import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { Node } from '../../api/types.ts';
import { Failure } from '../../components/block.tsx';
import { TrafficChart } from '../../components/chart/traffic-chart.tsx';
import { Page } from '../../components/frame/page.tsx';
import { SkeletonPage } from '../../components/skeleton.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { isReadable } from '../../lib/node-state.ts';
import { useRange } from '../../lib/use-range.ts';
import { nodeQuery } from './api.ts';
import { FailingHead } from './failing-head.tsx';
import { Causes, Tried } from './failing-test.tsx';
import { NodeAccess } from './node-access.tsx';
import { NodeBilling } from './node-billing.tsx';
import { NodeBudget } from './node-budget.tsx';
import { NodeFigures } from './node-figures.tsx';
import { NodeGaps } from './node-gaps.tsx';
import { NodeHead } from './node-head.tsx';
import { NodePeers } from './node-peers.tsx';
import { NodeReconciliation } from './node-reconciliation.tsx';
import { NodeServices } from './node-services.tsx';
import { NodeUptime } from './node-uptime.tsx';

export function NodePage() {
  const { t } = useTranslation();
  const { nodeId = '' }: { nodeId?: string } = useParams({ strict: false });
  const query = useQuery(nodeQuery(nodeId));
  return (
    <Page
      title={query.data?.name ?? t('common.node')}
      parent={{ to: '/nodes', name: t('common.nav.nodes') }}
      range="24h"
    >
      {query.data ? (
        <Content node={query.data} />
      ) : query.error ? (
        <section className="card">
          <Failure error={query.error} retry={query.refetch} />
        </section>
      ) : (
        <SkeletonPage />
      )}
    </Page>
  );
}

function Content({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const range = useRange('24h');
  const failing = !isReadable(node) && node.lastPollAt !== null;
  return (
    <>
      {failing ? (
        <>
          <FailingHead node={node} />
          <Tried node={node} />
          <Causes node={node} />
        </>
      ) : (
        <>
          <NodeHead node={node} />
          <NodeFigures node={node} />
        </>
      )}
      <TrafficChart
        title={t('nodes.throughput')}
        hint={t('nodes.throughputMeans')}
        filter={{ by: 'total', node: node.id }}
        range={range}
      />
      <NodeServices node={node} />
      <NodeAccess node={node} />
      <NodeUptime node={node} />
      <NodeReconciliation node={node} />
      <NodeBudget node={node} />
      <NodeBilling node={node} />
      <NodePeers node={node} />
      <NodeGaps node={node} range={range} />
    </>
  );
}
