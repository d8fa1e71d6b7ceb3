import { useQuery } from '@tanstack/react-query';
import { anyBytes, settingsQuery } from '../../api/resources.ts';
import { useIsOwner } from '../../api/session.tsx';
import type { Overview } from '../../api/types.ts';
import { Card } from '../../components/card.tsx';
import { CopyButton } from '../../components/copy.tsx';
import { Link } from '../../components/link.tsx';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { localProbeQuery } from './api.ts';
import { reportCommand } from './report-command.ts';

/** Nothing is counted yet: three ways to start, and one to try at once. */
export function FirstByte({ overview }: { readonly overview: Overview }) {
  const { t } = useTranslation();
  return (
    <section className="first">
      <div className="lead">
        <h2>{t('overview.first.title')}</h2>
        <p>{t('overview.first.lead')}</p>
      </div>
      <div className="ways">
        <ThisHost />
        <div className="card way">
          <h3>{t('overview.first.ssh')}</h3>
          <p>{t('overview.first.sshWhat')}</p>
          <Link className="btn" to="/nodes/add" search={{ way: 'ssh' }}>
            {t('overview.first.sshDo')}
          </Link>
        </div>
        <div className="card way">
          <h3>{t('overview.first.panel')}</h3>
          <p>{t('overview.first.panelWhat')}</p>
          <Link className="btn" to="/nodes/add" search={{ way: 'panel' }}>
            {t('overview.first.panelDo')}
          </Link>
        </div>
      </div>
      <p className="mut">
        {t('overview.first.usersWhat')}{' '}
        <Link to="/users" search={{ create: true }}>
          {t('overview.first.usersDo')}
        </Link>
      </p>
      <SendReport overview={overview} />
    </section>
  );
}

/** Looks whether this host itself carries a VPN that can be read. */
function ThisHost() {
  const { t } = useTranslation();
  const probe = useQuery({ ...localProbeQuery, enabled: useIsOwner() });
  const found = probe.data?.ok ? probe.data.found : null;
  const names = found?.services.map((service) => service.name).join(', ');
  return (
    <div className="card way">
      <h3>{t('overview.first.local')}</h3>
      <p>
        {found && names
          ? t('overview.first.localFound', { names, count: found.peers })
          : t(probe.data ? 'overview.first.localNone' : 'overview.first.localWhat')}
      </p>
      <Link className={`btn ${names ? 'primary' : ''}`} to="/nodes/add" search={{ way: 'local' }}>
        {names ? t('overview.first.localCount', { names }) : t('overview.first.localDo')}
      </Link>
    </div>
  );
}

function SendReport({ overview }: { readonly overview: Overview }) {
  const { t } = useTranslation();
  const format = useFormat();
  const settings = useQuery({ ...settingsQuery, enabled: useIsOwner() }).data;
  const command = reportCommand(settings?.webhookAuth === 'key');
  const arrived = anyBytes(overview.today.totalBytes, overview.last30Days.totalBytes);
  return (
    <Card
      title={t('overview.first.report')}
      hint={t('overview.first.reportMeans')}
      className="wait"
      actions={<CopyButton text={command} />}
      footer={
        <span className="row2s" role="status">
          {arrived ? (
            <>
              <State of="up">{t('overview.first.arrived')}</State>
              <span>
                {t('overview.first.arrivedWhat', {
                  bytes: format.bytesText(overview.today.totalBytes),
                  at: format.time(overview.asOf),
                })}
              </span>
              <Link className="btn primary" to="/traffic">
                {t('overview.first.see')}
              </Link>
            </>
          ) : (
            <>
              <State of="unknown">{t('overview.first.waiting')}</State>
              <span>{t('overview.first.waitingWhat', { bytes: format.bytesText(3 * 1024 ** 2) })}</span>
            </>
          )}
        </span>
      }
    >
      <div className="pad">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, also by keyboard */}
        <pre tabIndex={0}>{command}</pre>
      </div>
    </Card>
  );
}
