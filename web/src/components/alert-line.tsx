import type { ReactNode } from 'react';
import type { Alert } from '../api/types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { useFormat } from '../lib/use-format.ts';
import { useNow } from '../lib/use-now.ts';
import { useSaid } from '../lib/use-said.ts';
import { Icon } from './icon.tsx';
import { Link } from './link.tsx';
import { State } from './state.tsx';

interface AlertLineProps {
  readonly alert: Alert;
  /** What can be done with it. */
  readonly actions?: ReactNode;
}

/** One alert: what it is about, since when, why, and the way to where it is mended. */
export function AlertLine({ alert, actions }: AlertLineProps) {
  const { t } = useTranslation();
  const { message, hint } = useSaid()(alert);
  const { severity, endedAt } = alert;
  const words = endedAt === null ? hint : null;
  return (
    <li>
      {endedAt === null ? (
        <SeverityIcon severity={severity} />
      ) : (
        <State of="up" iconOnly>
          {t('common.alert.over')}
        </State>
      )}
      <b>
        <AlertSubject alert={alert} />
        {message}
      </b>
      <span className="when">
        <When alert={alert} />
      </span>
      <span className="why">
        {words} <AlertStanding alert={alert} /> <AlertPlace alert={alert} />
      </span>
      {actions ? <span className="acts">{actions}</span> : null}
    </li>
  );
}

function SeverityIcon({ severity }: Pick<Alert, 'severity'>) {
  const { t } = useTranslation();
  const words = t(`common.alert.severity.${severity}`);
  if (severity === 'info')
    return (
      <span className="st info">
        <Icon name="alerts" />
        <span className="vh">{words}</span>
      </span>
    );
  return (
    <State of={severity === 'error' ? 'down' : 'degraded'} iconOnly>
      {words}
    </State>
  );
}

function When({ alert: { openedAt, endedAt } }: { readonly alert: Alert }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(30_000);
  const lastedMs = (endedAt === null ? now : Date.parse(endedAt)) - Date.parse(openedAt);
  const duration = format.duration(Math.max(60_000, lastedMs));
  return endedAt === null
    ? t('common.alert.since', { duration })
    : t('common.alert.lasted', { at: format.short(openedAt), duration });
}

function AlertStanding({ alert: { acknowledged, muted } }: { readonly alert: Alert }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      {acknowledged ? (
        <span className="badge">
          {acknowledged.by ? t('common.alert.seenBy', { name: acknowledged.by }) : t('common.alert.seen')}
        </span>
      ) : null}
      {muted ? (
        <span className="badge">
          {muted.until ? t('common.alert.mutedUntil', { at: format.short(muted.until) }) : t('common.alert.muted')}
        </span>
      ) : null}
    </>
  );
}

/** Whom it is about; the name leads there. */
function AlertSubject({ alert: { user, node } }: { readonly alert: Alert }) {
  if (user)
    return (
      <>
        <Link className="name" to="/users/$userId" params={{ userId: user.id }}>
          <bdi>{user.name}</bdi>
        </Link>
        :{' '}
      </>
    );
  if (!node) return null;
  return (
    <>
      <Link className="name" to="/nodes/$nodeId" params={{ nodeId: node.id }}>
        <bdi>{node.name}</bdi>
      </Link>
      :{' '}
    </>
  );
}

/** Where it is mended, unless that is where its name leads. */
function AlertPlace({ alert: { kind, node, user, topic } }: { readonly alert: Alert }) {
  const { t } = useTranslation();
  if (kind === 'services') return <Link to="/services">{t('common.alert.toServices')}</Link>;
  if (user || node) return null;
  if (kind === 'unclaimed') return <Link to="/peers">{t('common.alert.toPeers')}</Link>;
  if (topic === 'reports-quarantined') return null;
  if (topic === 'doctor-tracking') return <Link to="/traffic">{t('common.alert.toTracking')}</Link>;
  return <Link to="/settings">{t('common.alert.toSettings')}</Link>;
}
