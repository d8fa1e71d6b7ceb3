import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { alertCountsQuery } from '../../api/alerts.ts';
import { overviewQuery } from '../../api/resources.ts';
import { useMayWrite, useSeesAll } from '../../api/session.tsx';
import { useNodes } from '../../api/use-nodes.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { Icon, type IconName } from '../icon.tsx';
import { Link } from '../link.tsx';

interface Entry {
  readonly to: string;
  readonly name: string;
  readonly icon: IconName;
  readonly count?: number | undefined;
  readonly hot?: boolean;
  /** Part of the fleet, which a reseller does not see. */
  readonly fleet?: boolean;
  /** Viewers have nothing to do there. */
  readonly writes?: boolean;
}

/** The main menu: at the side, as a rail, or behind ☰. */
export function Nav({ onPick }: { readonly onPick?: () => void }) {
  const { t } = useTranslation();
  const overview = useQuery(overviewQuery).data;
  const nodes = useNodes().data?.items;
  const path = useLocation({ select: ({ pathname }) => pathname });
  const seesAll = useSeesAll();
  const mayWrite = useMayWrite();
  const alerts = useQuery({ ...alertCountsQuery, enabled: seesAll }).data?.waiting;
  const entries: readonly Entry[] = [
    { to: '/', name: t('common.nav.overview'), icon: 'overview' },
    { to: '/traffic/', name: t('common.nav.traffic'), icon: 'traffic' },
    { to: '/users/', name: t('common.nav.users'), icon: 'users', count: overview?.users.total },
    { to: '/links/', name: t('common.nav.links'), icon: 'link', writes: true },
    { to: '/nodes/', name: t('common.nav.nodes'), icon: 'nodes', count: nodes?.length, fleet: true },
    { to: '/services/', name: t('common.nav.services'), icon: 'services', count: countServices(nodes), fleet: true },
    { to: '/alerts/', name: t('common.nav.alerts'), icon: 'alerts', count: alerts, hot: true, fleet: true },
  ];
  return (
    <nav className="nav" aria-label={t('common.nav.label')}>
      {entries
        .filter((entry) => (seesAll || !entry.fleet) && (mayWrite || !entry.writes))
        .map((entry) => (
          <NavLink key={entry.to} entry={entry} path={path} onPick={onPick} />
        ))}
      <hr />
      <NavLink
        entry={{ to: '/settings/', name: t('common.nav.settings'), icon: 'settings' }}
        path={path}
        onPick={onPick}
      />
    </nav>
  );
}

function countServices(nodes: readonly { readonly services: readonly unknown[] }[] | undefined): number | undefined {
  return nodes?.reduce((sum, node) => sum + node.services.length, 0);
}

/** On the page itself, or on one below it: a user's belongs to the users. */
function isHere(path: string, to: string): boolean {
  return to === '/' ? path === '/' : `${path}/`.startsWith(to);
}

interface NavLinkProps {
  readonly entry: Entry;
  readonly path: string;
  readonly onPick: (() => void) | undefined;
}

function NavLink({ entry, path, onPick }: NavLinkProps) {
  const format = useFormat();
  const shown = entry.count !== undefined && entry.count > 0;
  return (
    <Link
      to={entry.to}
      title={entry.name}
      aria-current={isHere(path, entry.to) ? 'page' : undefined}
      {...(onPick ? { onClick: onPick } : {})}
    >
      <Icon name={entry.icon} />
      <span className="t">{entry.name}</span>
      {shown ? <span className={`n ${entry.hot ? 'hot' : ''}`}>{format.count(entry.count ?? 0)}</span> : null}
    </Link>
  );
}
