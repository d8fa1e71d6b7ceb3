import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AutomaticPlan } from '../../api/types.ts';
import { useNodes } from '../../api/use-nodes.ts';
import { Block, Empty, Failure } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Select } from '../../components/select.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { automaticPlanQuery, type Policy, useAssignAutomatically } from './api.ts';

const POLICIES: readonly Policy[] = ['per-peer', 'from-comments'];

/** A user for every device of a node, or by the comments in its configuration; first as a preview. */
export function AutomaticCard() {
  const { t } = useTranslation();
  const known = useNodes();
  const nodes = known.data?.items ?? [];
  const isKnown = known.data !== undefined || !known.isEnabled;
  const [chosen, setChosen] = useState('');
  const [policy, setPolicy] = useState<Policy>('per-peer');
  const nodeId = chosen || (nodes[0]?.id ?? '');
  const [shown, setShown] = useState(false);
  const plan = useQuery({ ...automaticPlanQuery(nodeId, policy), enabled: shown && nodeId !== '' });
  const apply = useAssignAutomatically();
  return (
    <Card title={t('peers.automatic')} hint={t('peers.automaticMeans')} sub={t('peers.automaticSub')}>
      {!isKnown ? (
        <Waiting query={known} />
      ) : nodes.length === 0 ? (
        <Empty title={t('peers.noNodes')} />
      ) : (
        <>
          <div className="filters">
            <Select
              label={t('common.node')}
              value={nodeId}
              options={nodes.map((node) => ({ value: node.id, label: node.name }))}
              onChange={setChosen}
            />
            <Select
              label={t('peers.policy')}
              value={policy}
              options={POLICIES.map((one) => ({ value: one, label: t(`peers.policyName.${one}`) }))}
              onChange={setPolicy}
            />
            <button type="button" className="btn" onClick={() => (shown ? void plan.refetch() : setShown(true))}>
              {t('peers.preview')}
            </button>
          </div>
          {shown ? (
            <Block query={plan} skeleton={<SkeletonLines />}>
              {(data) => (
                <Plan
                  plan={data}
                  busy={apply.isPending}
                  onApply={() => apply.mutate({ nodeId, policy }, { onSuccess: () => setShown(false) })}
                />
              )}
            </Block>
          ) : null}
        </>
      )}
    </Card>
  );
}

interface PlanProps {
  readonly plan: AutomaticPlan;
  readonly busy: boolean;
  readonly onApply: () => void;
}

function Waiting({ query }: { readonly query: ReturnType<typeof useNodes> }) {
  return query.error ? <Failure error={query.error} retry={query.refetch} /> : <SkeletonLines lines={1} />;
}

function Plan({ plan, busy, onApply }: PlanProps) {
  const { t } = useTranslation();
  const peers = plan.users.reduce((sum, user) => sum + user.peers.length, 0);
  const created = plan.users.filter((user) => !user.existing).length;
  if (plan.users.length === 0) return <Empty title={t('peers.planNone')}>{t('peers.planNoneWhy')}</Empty>;
  return (
    <>
      <TableScroll tall>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('common.user')}</th>
              <th scope="col">{t('peers.gets')}</th>
            </tr>
          </thead>
          <tbody>
            {plan.users.map((user) => (
              <tr key={user.name}>
                <td>
                  <span className="name">{user.name}</span>{' '}
                  <span className="badge">{t(user.existing ? 'peers.existing' : 'peers.new')}</span>
                </td>
                <td className="mut">{user.peers.map((peer) => peer.name || `${peer.key.slice(0, 12)}…`).join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
      <div className="pad row-end top-line">
        <span className="mut">{t('peers.planSum', { users: created, peers })}</span>
        <button type="button" className="btn primary" disabled={busy} onClick={onApply}>
          {t('peers.apply', { count: peers })}
        </button>
      </div>
    </>
  );
}
