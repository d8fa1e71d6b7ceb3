import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { peersQuery } from '../../api/resources.ts';
import { useNodes } from '../../api/use-nodes.ts';
import { Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { Select } from '../../components/select.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { AssignBar } from './assign-bar.tsx';
import { AssignTable } from './assign-table.tsx';

const MOST = 200;
type Which = 'unassigned' | 'all';

/** Devices to choose, one or many, and the user who gets them. */
export function AssignCard() {
  const { t } = useTranslation();
  const { node: wanted }: { node?: string } = useSearch({ strict: false });
  const [node, setNode] = useState(wanted ?? '');
  const [which, setWhich] = useState<Which>('unassigned');
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const nodes = useNodes().data?.items ?? [];
  const filter = {
    node: node || undefined,
    unassigned: which === 'unassigned' || undefined,
    search: search || undefined,
    limit: MOST,
  };
  const query = useQuery({ ...peersQuery(filter), placeholderData: keepPreviousData });
  const items = query.data?.items ?? [];
  const shown = items.filter((peer) => chosen.has(peer.id));
  return (
    <Card
      title={t('peers.devices')}
      hint={t('peers.devicesMean')}
      sub={t('peers.devicesSub')}
      footer={query.data?.nextCursor ? <span>{t('peers.first', { count: MOST })}</span> : undefined}
    >
      <div className="filters">
        <input
          className="field"
          type="search"
          value={search}
          placeholder={t('peers.search')}
          aria-label={t('peers.search')}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Select
          label={t('common.node')}
          value={node}
          options={[{ value: '', label: t('peers.any') }, ...nodes.map((one) => ({ value: one.id, label: one.name }))]}
          onChange={setNode}
        />
        <Segmented
          label={t('peers.which')}
          value={which}
          options={[
            { value: 'unassigned', label: t('peers.unassigned') },
            { value: 'all', label: t('peers.all') },
          ]}
          onChange={setWhich}
        />
      </div>
      <AssignBar peers={shown} onDone={() => setChosen(new Set())} />
      <AssignTable query={query} chosen={chosen} onChoose={setChosen} />
      {query.data && items.length === 0 ? (
        <Empty title={t(which === 'unassigned' ? 'peers.noneUnassigned' : 'peers.none')}>{t('peers.noneWhy')}</Empty>
      ) : null}
    </Card>
  );
}
