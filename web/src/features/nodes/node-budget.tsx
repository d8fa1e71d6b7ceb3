import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useIsOwner } from '../../api/session.tsx';
import type { Node } from '../../api/types.ts';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Bytes, DirectionMark } from '../../components/numbers.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { UsageBar } from '../../components/usage-bar.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { type Budget, budgetQuery } from './budget-api.ts';
import { BudgetForm } from './budget-form.tsx';

/** What the provider includes, how much of it is gone, and what it comes to at this rate. */
export function NodeBudget({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const query = useQuery(budgetQuery(node.id));
  const [editing, setEditing] = useState(false);
  const open = () => setEditing(true);
  return (
    <Card
      title={t('nodes.budget.title')}
      hint={t('nodes.budget.means')}
      span={5}
      actions={
        owner && query.data ? (
          <button type="button" className="btn quiet" onClick={open}>
            {t('nodes.edit')}
          </button>
        ) : undefined
      }
    >
      <Block query={query} skeleton={<SkeletonLines lines={3} />}>
        {(budget) =>
          budget ? (
            <Standing budget={budget} />
          ) : (
            <Empty title={t('nodes.budget.none')}>
              <span>{t('nodes.budget.noneWhy')}</span>
              {owner ? (
                <button type="button" className="btn" onClick={open}>
                  {t('nodes.budget.tell')}
                </button>
              ) : null}
            </Empty>
          )
        }
      </Block>
      <Dialog title={t('nodes.budget.tell')} open={editing} onClose={() => setEditing(false)}>
        <BudgetForm nodeId={node.id} budget={query.data ?? null} onDone={() => setEditing(false)} />
      </Dialog>
    </Card>
  );
}

function Standing({ budget }: { readonly budget: Budget }) {
  const { t } = useTranslation();
  const format = useFormat();
  const all = Number(budget.bytes);
  const { text, unit } = format.bytes(budget.usedBytes);
  return (
    <div className="pad stack">
      <span className="big" title={format.exactBytes(budget.usedBytes)} data-exact={String(budget.usedBytes)}>
        {text}
        <span className="u">{format.unit(unit)}</span>
        <span className="of">{t('nodes.budget.of', { bytes: format.bytesText(budget.bytes) })}</span>
      </span>
      <UsageBar
        thick
        part={Number(budget.usedBytes) / all}
        expected={budget.forecastBytes === null ? undefined : budget.forecastBytes / all}
      />
      <div className="row2 cap">
        <Outlook budget={budget} />
        <span>{t('nodes.budget.resets', { day: format.day(budget.to) })}</span>
      </div>
      <dl className="kv box">
        <Direction of="download" value={budget.outBytes} />
        <Direction of="upload" value={budget.inBytes} />
        <dt>{t('nodes.budget.counts')}</dt>
        <dd>{t(`nodes.budget.direction.${budget.direction}`)}</dd>
        <dt>{t('nodes.budget.by')}</dt>
        <dd>
          {budget.source === null ? t('nodes.budget.source.none') : t(`nodes.budget.source.${budget.source}`)}
          {budget.countsFrom === budget.from
            ? ''
            : ` · ${t('nodes.countingSince', { at: format.day(budget.countsFrom) })}`}
        </dd>
      </dl>
    </div>
  );
}

/** Out of the node goes what users download. */
function Direction({ of, value }: { readonly of: 'download' | 'upload'; readonly value: number | bigint }) {
  const { t } = useTranslation();
  return (
    <>
      <dt>
        <DirectionMark of={of} /> {t(of === 'download' ? 'nodes.budget.out' : 'nodes.budget.in')}
      </dt>
      <dd>
        <Bytes value={value} />
      </dd>
    </>
  );
}

function Outlook({ budget }: { readonly budget: Budget }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { forecastBytes, extraBytes, extraCost, currency } = budget;
  if (forecastBytes === null) return <span>{t('nodes.budget.tooEarly')}</span>;
  if (extraBytes <= 0) return <span>{t('nodes.budget.enough', { bytes: format.bytesText(forecastBytes) })}</span>;
  const over = t('nodes.budget.over', { bytes: format.bytesText(extraBytes) });
  const cost = extraCost === null ? '' : ` · ≈ ${format.money(extraCost)} ${currency ?? ''}`;
  return (
    <b className="warned">
      {over}
      {cost}
    </b>
  );
}
