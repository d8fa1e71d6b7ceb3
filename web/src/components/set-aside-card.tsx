import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Aside, type AsideKind, asideQuery, type EntryWish, useMakeEntry } from '../api/entries.ts';
import { useIsOwner } from '../api/session.tsx';
import { useTranslation } from '../i18n/words.tsx';
import { useFormat } from '../lib/use-format.ts';
import { Block, Empty } from './block.tsx';
import { Card } from './card.tsx';
import { Dialog } from './dialog.tsx';
import { EntryPreview } from './entry-effect.tsx';
import { Form, FormError, TextField } from './form.tsx';
import { Bytes } from './numbers.tsx';
import { SkeletonLines } from './skeleton.tsx';
import { Pager } from './table.tsx';
import { TableScroll } from './table-scroll.tsx';

type Decision = 'book' | 'dismiss';

/** What was kept without counting it, and what the owner decides about it; once, and it can be undone. */
export function SetAsideCard({ kind }: { readonly kind: AsideKind }) {
  const { t } = useTranslation();
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const query = useQuery(asideQuery(kind, cursors.at(-1)));
  const next = query.data?.nextCursor;
  return (
    <Card
      title={t(`common.aside.${kind}.title`)}
      hint={t(`common.aside.${kind}.means`)}
      footer={
        next || cursors.length > 0 ? (
          <Pager
            from={cursors.length * 50}
            count={query.data?.items.length ?? 0}
            total={query.data?.total ?? null}
            onBack={cursors.length > 0 ? () => setCursors(cursors.slice(0, -1)) : null}
            onNext={next ? () => setCursors([...cursors, next]) : null}
          />
        ) : undefined
      }
    >
      <Block query={query} skeleton={<SkeletonLines />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t(`common.aside.${kind}.none`)}>{t(`common.aside.${kind}.noneWhy`)}</Empty>
          ) : (
            <Items kind={kind} items={items} />
          )
        }
      </Block>
    </Card>
  );
}

function Items({ kind, items }: { readonly kind: AsideKind; readonly items: readonly Aside[] }) {
  const { t } = useTranslation();
  const [deciding, setDeciding] = useState<{ item: Aside; decision: Decision } | null>(null);
  return (
    <TableScroll>
      <table>
        <thead>
          <tr>
            <th scope="col" className="hide-s">
              {t('common.aside.when')}
            </th>
            <th scope="col">{t('common.aside.what')}</th>
            <th scope="col" className="hide-m">
              {t('common.aside.why')}
            </th>
            <th scope="col" className="r">
              {t('common.total')}
            </th>
            <th scope="col" className="r">
              {t('common.aside.decision')}
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Row key={item.id} item={item} onDecide={(decision) => setDeciding({ item, decision })} />
          ))}
        </tbody>
      </table>
      <Dialog
        title={deciding ? t(`common.aside.${deciding.decision}Title`) : ''}
        open={deciding !== null}
        onClose={() => setDeciding(null)}
      >
        {deciding ? <Deciding kind={kind} {...deciding} onDone={() => setDeciding(null)} /> : null}
      </Dialog>
    </TableScroll>
  );
}

function Row({ item, onDecide }: { readonly item: Aside; readonly onDecide: (decision: Decision) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const owner = useIsOwner();
  const reported = 'userToken' in item ? [item.userToken, item.server] : [item.userName];
  const device = item.peerName ?? item.peerId ?? null;
  const named = [...reported, device === null ? null : shortened(device), item.nodeName];
  const what = [...new Set(named.filter(Boolean))].join(' · ');
  return (
    <tr>
      <td className="num hide-s">{format.short(item.at)}</td>
      <td>
        <span className="clip" title={[what, device].filter(Boolean).join(' · ')}>
          {what}
        </span>
      </td>
      <td className="hide-m mut words">{t(`common.aside.reason.${item.reason}`, item.reason)}</td>
      <td className="r">
        <Bytes value={item.traffic.totalBytes} />
      </td>
      <td className="r">
        {item.decided ? (
          <span className="mut" title={`${item.decided.reason} · ${format.instant(item.decided.at)}`}>
            {t(`common.aside.decided.${item.decided.kind}`)}
          </span>
        ) : owner ? (
          <span className="row-acts">
            <button type="button" className="btn" onClick={() => onDecide('book')}>
              {t('common.aside.book')}
            </button>
            <button type="button" className="btn quiet" onClick={() => onDecide('dismiss')}>
              {t('common.aside.dismiss')}
            </button>
          </span>
        ) : (
          <span className="mut">{t('common.aside.open')}</span>
        )}
      </td>
    </tr>
  );
}

/** A key says nothing to people; its beginning tells it from others. */
function shortened(name: string): string {
  return name.length > 32 ? `${name.slice(0, 12)}…` : name;
}

interface DecidingProps {
  readonly kind: AsideKind;
  readonly item: Aside;
  readonly decision: Decision;
  readonly onDone: () => void;
}

function Deciding({ kind, item, decision, onDone }: DecidingProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const make = useMakeEntry();
  const beforeXpert = item.reason === 'before-xpert' && decision === 'book' ? { beforeXpert: true } : {};
  const wish = (why: string): EntryWish => ({
    path: `api/v1/${kind}/${encodeURIComponent(item.id)}/decision`,
    body: { decision, reason: why, ...beforeXpert },
  });
  return (
    <Form onSubmit={() => make.mutate(wish(reason), { onSuccess: onDone })}>
      <p>{t(`common.aside.${decision}What`)}</p>
      {decision === 'book' ? <EntryPreview wish={wish('…')} /> : null}
      <TextField label={t('common.entry.reason')} value={reason} onChange={setReason} autoFocus maxLength={500} />
      <FormError error={make.error} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={reason.trim() === '' || make.isPending}>
          {t(`common.aside.${decision}`)}
        </button>
      </div>
    </Form>
  );
}
