import { useQuery } from '@tanstack/react-query';
import type { Node } from '../../api/types.ts';
import { Card } from '../../components/card.tsx';
import { Link } from '../../components/link.tsx';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { isReadable } from '../../lib/node-state.ts';
import { useFormat } from '../../lib/use-format.ts';
import { useSaid } from '../../lib/use-said.ts';
import { AgentEnrolment } from './agent-enrolment.tsx';
import { nodeQuery } from './api.ts';

interface NodeAddedProps {
  readonly node: Node;
  readonly onAnother: () => void;
}

/** The result of adding: what stood in the counters before, and since when they are counted. */
export function NodeAdded({ node: first, onAnother }: NodeAddedProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = useSaid();
  const node = useQuery({ ...nodeQuery(first.id), initialData: first }).data;
  const counting = node.countingSince !== null;
  const before = node.beforeXpert;
  return (
    <Card
      title={t('nodes.added.title', { name: node.name })}
      hint={t('nodes.beforeMeans')}
      sub={<State of={node.state} pill />}
    >
      <div className="pad stack" role="status">
        {counting ? (
          <p className="result">
            {before === null || Number(before.totalBytes) === 0
              ? t('nodes.added.counting', { at: format.clock(node.countingSince ?? '') })
              : t('nodes.added.before', {
                  bytes: format.bytesText(before.totalBytes),
                  at: format.clock(node.countingSince ?? ''),
                })}
          </p>
        ) : (
          <p className="result">{node.reason ? said(node.reason).message : t('nodes.added.waiting')}</p>
        )}
        {node.kind === 'agent' ? <AgentEnrolment nodeId={node.id} /> : null}
        <p hidden={node.kind === 'agent'}>
          {t(isReadable(node) ? 'nodes.added.next' : 'nodes.added.failing', { count: node.peers.total })}
        </p>
        <div className="row2s">
          <Link className="btn primary" to="/nodes/$nodeId" params={{ nodeId: node.id }}>
            {t('nodes.added.open')}
          </Link>
          {node.peers.total > 0 ? (
            <Link className="btn" to="/peers" search={{ node: node.id }}>
              {t('nodes.added.assign')}
            </Link>
          ) : null}
          <button type="button" className="btn quiet" onClick={onAnother}>
            {t('nodes.added.another')}
          </button>
        </div>
      </div>
    </Card>
  );
}
