import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useIsOwner } from '../../api/session.tsx';
import type { Node } from '../../api/types.ts';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { type BillingRule, billingQuery, useCancelRule } from './billing-api.ts';
import { BillingForm } from './billing-form.tsx';

/** By which multiplier bytes of the node are billed now, were, and will be. */
export function NodeBilling({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const query = useQuery(billingQuery(node.id));
  const [setting, setSetting] = useState(false);
  return (
    <Card
      title={t('nodes.billing.title')}
      hint={t('nodes.billing.means')}
      actions={
        owner ? (
          <button type="button" className="btn quiet" onClick={() => setSetting(true)}>
            {t('nodes.billing.set')}
          </button>
        ) : undefined
      }
    >
      <Block query={query} skeleton={<SkeletonLines lines={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('nodes.billing.none')}>{t('nodes.billing.noneWhy')}</Empty>
          ) : (
            <Rules node={node} rules={items} mayChange={owner} />
          )
        }
      </Block>
      <Dialog title={t('nodes.billing.set')} open={setting} onClose={() => setSetting(false)}>
        <BillingForm node={node} onDone={() => setSetting(false)} />
      </Dialog>
    </Card>
  );
}

interface RulesProps {
  readonly node: Node;
  readonly rules: readonly BillingRule[];
  readonly mayChange: boolean;
}

function Rules({ node, rules, mayChange }: RulesProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const cancel = useCancelRule(node.id);
  const nameOf = (id: string) => node.services.find((service) => service.id === id)?.name ?? t('nodes.billing.gone');
  return (
    <TableScroll>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('nodes.billing.of')}</th>
            <th scope="col" className="r">
              {t('nodes.billing.multiplier')}
            </th>
            <th scope="col" className="hide-s">
              {t('nodes.budget.counts')}
            </th>
            <th scope="col">{t('nodes.billing.from')}</th>
            <th scope="col">{t('common.stateWord')}</th>
            <th scope="col" className="r">
              <span className="vh">{t('common.more')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map(({ id, serviceId, multiplier, direction, from, state }) => (
            <tr key={id} className={state === 'past' ? 'mut' : undefined}>
              <td>{serviceId === null ? t('nodes.billing.node') : nameOf(serviceId)}</td>
              <td className="r">
                {multiplier === null ? t('nodes.billing.asNode') : <bdi dir="ltr">×{multiplier}</bdi>}
              </td>
              <td className="hide-s">{direction === null ? '' : t(`nodes.billing.direction.${direction}`)}</td>
              <td>{format.instant(from)}</td>
              <td>{t(`nodes.billing.state.${state}`)}</td>
              <td className="r">
                {mayChange && state === 'planned' ? (
                  <button
                    type="button"
                    className="btn quiet icon"
                    aria-label={t('nodes.billing.cancel')}
                    title={t('nodes.billing.cancel')}
                    disabled={cancel.isPending}
                    onClick={() => cancel.mutate(id)}
                  >
                    <Icon name="trash" />
                  </button>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
