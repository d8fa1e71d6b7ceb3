import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useMayWrite } from '../../api/session.tsx';
import type { Answer, User } from '../../api/types.ts';
import { Ago } from '../../components/ago.tsx';
import { Block } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { CopyButton } from '../../components/copy.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Link } from '../../components/link.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useRotateLink, userLinkQuery } from './api.ts';
import { LinkDevices, LinkSources } from './link-parts.tsx';

const QrCode = lazy(() => import('../../components/qr-code.tsx').then((module) => ({ default: module.QrCode })));

type LinkAnswer = Answer<'/api/v1/users/{id}/link'>;

/** The subscription link, to scan and to copy, and who fetched it. */
export function UserLink({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const query = useQuery(userLinkQuery(user.id));
  const fetches = query.data?.devices.toSorted((a, b) => b.lastAt.localeCompare(a.lastAt)) ?? [];
  const last = fetches[0];
  return (
    <Card
      title={t('users.link')}
      hint={t('users.linkMeans')}
      footer={
        query.data ? (
          last ? (
            <span>
              {t('users.lastFetched', { client: last.client })} <Ago at={last.lastAt} />
            </span>
          ) : (
            <span>{t('users.neverFetched')}</span>
          )
        ) : undefined
      }
    >
      <Block query={query} skeleton={<SkeletonLines lines={4} />}>
        {(link) => (
          <>
            <LinkBody link={link} user={user} />
            <LinkSources sources={link.sources} />
            <LinkDevices devices={link.devices} />
          </>
        )}
      </Block>
    </Card>
  );
}

function LinkBody({ link, user }: { readonly link: LinkAnswer; readonly user: User }) {
  const { t } = useTranslation();
  const mayWrite = useMayWrite();
  const rotate = useRotateLink(user.id);
  const [renewing, setRenewing] = useState(false);
  return (
    <div className="pad qrow">
      <Suspense fallback={<span className="qr" />}>
        <QrCode text={link.subscription} label={t('users.qrOf', { name: user.name })} />
      </Suspense>
      <div className="stack tight">
        <p>{t('users.linkWhat')}</p>
        <span className="acts">
          <CopyButton text={link.subscription} quiet={false} />
          {mayWrite && user.deletedAt === null ? (
            <button type="button" className="btn quiet" onClick={() => setRenewing(true)}>
              {t('users.renew')}
            </button>
          ) : null}
        </span>
        <a href={link.page} target="_blank" rel="noreferrer">
          {t('users.ownPage')}
        </a>
        {mayWrite && user.deletedAt === null ? (
          <Link to="/links" search={{ user: user.name }}>
            {t('users.linkHolds')}
          </Link>
        ) : null}
      </div>
      <Dialog title={t('users.renewTitle')} open={renewing} onClose={() => setRenewing(false)}>
        <p>{t('users.renewWhat')}</p>
        <div className="row-end">
          <button type="button" className="btn" onClick={() => setRenewing(false)}>
            {t('common.cancel')}
          </button>
          <button
            type="button"
            className="btn danger"
            disabled={rotate.isPending}
            onClick={() => rotate.mutate(undefined, { onSettled: () => setRenewing(false) })}
          >
            {t('users.renewNow')}
          </button>
        </div>
      </Dialog>
    </div>
  );
}
