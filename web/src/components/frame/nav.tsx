import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { alertCountsQuery } from '../../api/alerts.ts';
import { overviewQuery } from '../../api/resources.ts';
import { useSeesAll } from '../../api/session.ts';
import { useNodes } from '../../api/use-nodes.ts';
import { useFormat } from '../../lib/use-format.ts';
import { Icon, type IconName } from '../icon.tsx';

interface Entry {
  readonly to: string;
  readonly name: string;
  readonly icon: IconName;
  readonly count?: number | undefined;
  readonly hot?: boolean;
  /** Part of the fleet, which a reseller does not see. */
  readonly fleet?: boolean;
}

/** The main menu: at the side, as a rail, or behind ☰. */
export function Nav({ onPick }: { readonly onPick?: () => void }) {
  const { t } = useTranslation();
  const overview = useQuery(overviewQuery).data;
  const nodes = useNodes().data?.items;
  const seesAll = useSeesAll();
  const alerts = useQuery({ ...alertCountsQuery, enabled: seesAll }).data?.waiting;
  const entries: readonly Entry[] = [
    { to: '/', name: t('common.nav.overview'), icon: 'overview' },
    { to: '/traffic/', name: t('common.nav.traffic'), icon: 'traffic' },
    { to: '/users/', name: t('common.nav.users'), icon: 'users', count: overview?.users.total },
    { to: '/nodes/', name: t('common.nav.nodes'), icon: 'nodes', count: nodes?.length, fleet: true },
    { to: '/services/', name: t('common.nav.services'), icon: 'services', count: countServices(nodes), fleet: true },
    { to: '/alerts/', name: t('common.nav.alerts'), icon: 'alerts', count: alerts, hot: true, fleet: true },
  ];
  return (
    <nav className="nav" aria-label={t('common.nav.label')}>
      {entries
        .filter((entry) => seesAll || !entry.fleet)
        .map((entry) => (
          <NavLink key={entry.to} entry={entry} onPick={onPick} />
        ))}
      <hr />
      <NavLink entry={{ to: '/settings/', name: t('common.nav.settings'), icon: 'settings' }} onPick={onPick} />
    </nav>
  );
}

function countServices(nodes: readonly { readonly services: readonly unknown[] }[] | undefined): number | undefined {
  return nodes?.reduce((sum, node) => sum + node.services.length, 0);
}

function NavLink({ entry, onPick }: { readonly entry: Entry; readonly onPick: (() => void) | undefined }) {
  const format = useFormat();
  const shown = entry.count !== undefined && entry.count > 0;
  return (
    <Link
      to={entry.to}
      title={entry.name}
      activeOptions={{ exact: entry.to === '/', includeSearch: false }}
      activeProps={{ 'aria-current': 'page' }}
      {...(onPick ? { onClick: onPick } : {})}
    >
      <Icon name={entry.icon} />
      <span className="t">{entry.name}</span>
      {shown ? <span className={`n ${entry.hot ? 'hot' : ''}`}>{format.count(entry.count ?? 0)}</span> : null}
    </Link>
  );
}
