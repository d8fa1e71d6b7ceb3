import { useQuery } from '@tanstack/react-query';
import { gapsQuery } from '../../api/resources.ts';
import type { Node } from '../../api/types.ts';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { GapsTable } from '../../components/gaps-table.tsx';
import { useRangeWords } from '../../components/range-picker.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import type { CurrentRange } from '../../lib/use-range.ts';

export function NodeGaps({ node, range }: { readonly node: Node; readonly range: CurrentRange }) {
  const { t } = useTranslation();
  const words = useRangeWords();
  const query = useQuery(gapsQuery(range.key, range.period));
  return (
    <Card title={t('nodes.gaps')} hint={t('nodes.gapsMean')} sub={words(range.range)}>
      <Block query={query} skeleton={<SkeletonLines />}>
        {({ items }) => {
          const own = items.filter((gap) => gap.nodeId === node.id);
          const gaps = own.toSorted((a, b) => b.from.localeCompare(a.from));
          return gaps.length === 0 ? (
            <Empty title={t('nodes.noGaps')}>{t('nodes.noGapsWhy')}</Empty>
          ) : (
            <GapsTable gaps={gaps} withNode={false} />
          );
        }}
      </Block>
    </Card>
  );
}
