import { useMayWrite } from '../../api/session.tsx';
import type { User } from '../../api/types.ts';
import { Card } from '../../components/card.tsx';
import { CopyButton } from '../../components/copy.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useRotateToken } from './api.ts';

/** The two secrets of a user, and what each opens. */
export function UserTokens({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const mayWrite = useMayWrite();
  const rotate = useRotateToken(user.id);
  return (
    <Card title={t('users.tokens')} hint={t('users.tokensMean')}>
      <ul className="tl">
        {user.userToken === null ? null : (
          <TokenLine name={t('users.token')} what={t('users.tokenWhat')} token={user.userToken}>
            {mayWrite && user.deletedAt === null ? (
              <button type="button" className="btn quiet" disabled={rotate.isPending} onClick={() => rotate.mutate()}>
                {t('users.rotate')}
              </button>
            ) : null}
          </TokenLine>
        )}
        {user.linkToken ? (
          <TokenLine name={t('users.linkToken')} what={t('users.linkTokenWhat')} token={user.linkToken} />
        ) : null}
      </ul>
    </Card>
  );
}

interface TokenLineProps {
  readonly name: string;
  readonly what: string;
  readonly token: string;
  readonly children?: React.ReactNode;
}

function TokenLine({ name, what, token, children }: TokenLineProps) {
  return (
    <li className="token-line">
      <div>
        <b>{name}</b> <code>{token}</code>
        <p className="note">{what}</p>
      </div>
      <span className="row2s">
        {children}
        <CopyButton text={token} />
      </span>
    </li>
  );
}
