import { useQuery } from '@tanstack/react-query';
import { useIsOwner } from '../../api/session.tsx';
import type { Node } from '../../api/types.ts';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Paste } from '../../components/copy.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useSaid } from '../../lib/use-said.ts';
import { nodeTestQuery, usePollNode } from './api.ts';
import { ReadBy } from './node-head.tsx';
import { Problems } from './problems.tsx';
import { TestSteps } from './test-steps.tsx';

/** What the panel did to read the node, and what came back. */
export function Tried({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = useSaid();
  const owner = useIsOwner();
  const test = useQuery({ ...nodeTestQuery(node.id), enabled: owner });
  const since = node.openGap?.from;
  return (
    <Card
      title={t('nodes.failing.tried')}
      hint={t('nodes.failing.triedMeans')}
      span={7}
      sub={
        node.lastPollAt
          ? since
            ? t('nodes.failing.triedSub', {
                at: format.time(node.lastPollAt),
                count: node.failures,
                since: format.short(since),
              })
            : format.time(node.lastPollAt)
          : undefined
      }
    >
      {owner ? <TestSteps test={test} /> : null}
      <div className="pad stack">
        <p>
          <ReadBy node={node} />
        </p>
        <div>
          <h3 className="sect">{t('nodes.failing.cameBack')}</h3>
          <pre className="wrap">
            <span className="bad">{node.reason?.message ?? node.openGap?.message}</span>
            {'\n'}
            <span className="c">
              # {node.reason?.code ?? node.openGap?.reason}
              {node.lastPollDurationMs === null ? '' : ` · ${node.lastPollDurationMs} ${t('common.unit.ms')}`}
            </span>
          </pre>
        </div>
        {node.reason ? <p>{said(node.reason).hint}</p> : null}
        {node.options.hostKey ? <Paste label={t('nodes.failing.pinnedKey')} lines={node.options.hostKey} /> : null}
      </div>
    </Card>
  );
}

/** A fresh test: its findings as causes, likeliest first, each with lines to paste. */
export function Causes({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const test = useQuery({ ...nodeTestQuery(node.id), enabled: owner });
  const poll = usePollNode(node.id);
  const again = async () => {
    const result = await test.refetch();
    if (result.data?.ok) poll.mutate();
  };
  return (
    <Card
      title={t('nodes.failing.causes')}
      hint={t('nodes.failing.causesMean')}
      span={5}
      actions={
        owner ? (
          <button type="button" className="btn primary" disabled={test.isFetching} onClick={() => void again()}>
            {t(test.isFetching ? 'nodes.wizard.testing' : 'nodes.failing.testAgain')}
          </button>
        ) : undefined
      }
    >
      {owner ? (
        <Block query={test} skeleton={<SkeletonLines lines={5} />}>
          {(result) => (
            <>
              {result.ok ? (
                <div className="pad stack">
                  <State of="up" pill>
                    {t('nodes.test.ok')}
                  </State>
                  <p>{t('nodes.failing.worksNow')}</p>
                </div>
              ) : null}
              <Problems problems={result.problems} />
              {result.setup && !result.ok ? (
                <div className="pad stack">
                  {result.setup.authorizedKeys ? (
                    <Paste label={t('nodes.test.authorizedKeys')} lines={result.setup.authorizedKeys} />
                  ) : null}
                  <Paste label={t('nodes.test.commands')} lines={result.setup.commands.join('\n')} />
                </div>
              ) : null}
            </>
          )}
        </Block>
      ) : (
        <Empty title={t('nodes.failing.askOwner')} />
      )}
    </Card>
  );
}
