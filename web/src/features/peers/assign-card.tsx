import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { peersQuery } from '../../api/resources.ts';
import { useNodes } from '../../api/use-nodes.ts';
import { Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Filters } from '../../components/filters.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { Select } from '../../components/select.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useChangeSearch, useTypedText } from '../../lib/search.ts';
import { AssignBar } from './assign-bar.tsx';
import { AssignTable } from './assign-table.tsx';

const MOST = 200;
const WHICH = ['unassigned', 'all'] as const;
type Which = (typeof WHICH)[number];

/** In the URL: a view can be shared. */
interface DevicesSearch {
  readonly q?: string | undefined;
  /** An id. */
  readonly node?: string | undefined;
  readonly which?: 'all' | undefined;
}

/** Devices to choose, one or many, and the user who gets them. */
export function AssignCard() {
  const { t } = useTranslation();
  const search: DevicesSearch = useSearch({ strict: false });
  const { q = '', node = '' } = search;
  const which: Which = search.which ?? 'unassigned';
  const change = useChangeSearch<DevicesSearch>();
  const [text, setText] = useTypedText(q, (next) => change({ q: next || undefined }));
  const wanted = useDeferredValue(text);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const nodes = useNodes().data?.items ?? [];
  const filter = {
    node: node || undefined,
    unassigned: which === 'unassigned' || undefined,
    search: wanted || undefined,
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
      <Filters label={t('peers.search')} text={text} onText={setText}>
        <Select
          label={t('common.node')}
          value={node}
          options={[{ value: '', label: t('peers.any') }, ...nodes.map((one) => ({ value: one.id, label: one.name }))]}
          onChange={(value) => change({ node: value || undefined })}
        />
        <Segmented
          label={t('peers.which')}
          value={which}
          options={WHICH.map((value) => ({ value, label: t(`peers.${value}`) }))}
          onChange={(value) => change({ which: value === 'all' ? value : undefined })}
        />
      </Filters>
      <AssignBar peers={shown} onDone={() => setChosen(new Set())} />
      <AssignTable query={query} chosen={chosen} onChoose={setChosen} />
      {query.data && items.length === 0 ? <NoDevices which={which} narrowed={wanted !== '' || node !== ''} /> : null}
    </Card>
  );
}

function NoDevices({ which, narrowed }: { readonly which: Which; readonly narrowed: boolean }) {
  const { t } = useTranslation();
  if (narrowed) return <Empty title={t('peers.noMatch')} />;
  return <Empty title={t(which === 'unassigned' ? 'peers.noneUnassigned' : 'peers.none')}>{t('peers.noneWhy')}</Empty>;
}
