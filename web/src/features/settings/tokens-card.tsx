import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { AddTokenForm } from './add-token-form.tsx';
import { type ApiToken, tokensQuery, useRevokeToken } from './api.ts';
import { ListCard, type ListColumn } from './list-card.tsx';

/** Keys for scripts, senders of reports and Prometheus. */
export function TokensCard() {
  const { t } = useTranslation();
  const query = useQuery(tokensQuery);
  const [adding, setAdding] = useState(false);
  const columns: readonly ListColumn[] = [
    { name: t('settings.tokens.name'), waiting: 110 },
    { name: t('settings.tokens.scopes'), waiting: 96 },
    { name: t('settings.tokens.by'), className: 'hide-m', waiting: 64 },
    { name: t('common.lastUsed'), className: 'r hide-s', waiting: -64 },
    { name: t('settings.tokens.revoke'), className: 'r', unseen: true, waiting: -64 },
  ];
  return (
    <ListCard
      of="tokens"
      columns={columns}
      query={query}
      isShown={(token) => token.revokedAt === null}
      row={(token) => <Row key={token.id} token={token} />}
      onAdd={() => setAdding(true)}
    >
      <Dialog title={t('settings.tokens.add')} open={adding} onClose={() => setAdding(false)}>
        <AddTokenForm onDone={() => setAdding(false)} />
      </Dialog>
    </ListCard>
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
          onClick={() => revoke.mutate(token.id)}
        >
          {t('settings.tokens.revoke')}
        </button>
      </td>
    </tr>
  );
}
