import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { AddTokenForm } from './add-token-form.tsx';
import { type ApiToken, tokensQuery, useRevokeToken } from './api.ts';

/** Keys for scripts, senders of reports and Prometheus. */
export function TokensCard() {
  const { t } = useTranslation();
  const query = useQuery(tokensQuery);
  const [adding, setAdding] = useState(false);
  const living = query.data?.items.filter((token) => token.revokedAt === null);
  return (
    <Card
      title={t('settings.tokens.title')}
      hint={t('settings.tokens.mean')}
      actions={
        <button type="button" className="btn quiet" onClick={() => setAdding(true)}>
          <Icon name="plus" />
          {t('settings.tokens.add')}
        </button>
      }
    >
      <TableScroll>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('settings.tokens.name')}</th>
              <th scope="col">{t('settings.tokens.scopes')}</th>
              <th scope="col" className="hide-m">
                {t('settings.tokens.by')}
              </th>
              <th scope="col" className="r hide-s">
                {t('common.lastUsed')}
              </th>
              <th scope="col" className="r">
                <span className="vh">{t('settings.tokens.revoke')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            <Block query={query} skeleton={<SkeletonRows rows={2} columns={[110, 96, 64, -64, -64]} hidden={[2, 3]} />}>
              {() => living?.map((token) => <Row key={token.id} token={token} />)}
            </Block>
          </tbody>
        </table>
      </TableScroll>
      {living?.length === 0 ? <Empty title={t('settings.tokens.none')}>{t('settings.tokens.noneWhy')}</Empty> : null}
      <Dialog title={t('settings.tokens.add')} open={adding} onClose={() => setAdding(false)}>
        <AddTokenForm onDone={() => setAdding(false)} />
      </Dialog>
    </Card>
  );
}

function Row({ token }: { readonly token: ApiToken }) {
  const { t } = useTranslation();
  const format = useFormat();
  const revoke = useRevokeToken();
  return (
    <tr>
      <td>
        <span className="name">{token.name}</span>
      </td>
      <td>
        {token.scopes.map((scope) => (
          <span key={scope} className="badge">
            {scope}
          </span>
        ))}
      </td>
      <td className="hide-m mut">{token.admin?.name ?? '—'}</td>
      <td className="r mut hide-s">{token.lastUsedAt ? format.short(token.lastUsedAt) : t('settings.tokens.never')}</td>
      <td className="r">
        <button
          type="button"
          className="btn small danger"
          disabled={revoke.isPending}
          onClick={() => revoke.run(token.id)}
        >
          {t('settings.tokens.revoke')}
        </button>
      </td>
    </tr>
  );
}
