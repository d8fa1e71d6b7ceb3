import { useSeesAll } from '../../api/session.tsx';
import type { GivenLink } from '../../api/types.ts';
import { Ago } from '../../components/ago.tsx';
import { Icon } from '../../components/icon.tsx';
import { Link } from '../../components/link.tsx';
import { Menu, MenuLabel } from '../../components/menu.tsx';
import { Count, Unknown } from '../../components/numbers.tsx';
import { protocolName } from '../../components/protocol-badge.tsx';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useSaid } from '../../lib/use-said.ts';
import { nameOf, useFetchLink } from './api.ts';

type Problem = NonNullable<GivenLink['problem']>;

interface LinkRowProps {
  readonly link: GivenLink;
  readonly onChange: () => void;
  readonly onDelete: () => void;
}

export function LinkRow({ link, onChange, onDelete }: LinkRowProps) {
  const { t } = useTranslation();
  const fetchNow = useFetchLink(link);
  const isForeign = link.protocol === 'subscription';
  const hasStanding = link.source !== null || link.problem !== null;
  const name = nameOf(link);
  const entry = (key: string, icon: 'edit' | 'reset' | 'trash', text: string, onPick: () => void, bad = false) => ({
    ...{ key, label: <MenuLabel icon={icon} text={text} />, bad, onPick },
  });
  return (
    <tr aria-busy={fetchNow.isPending}>
      <td className="two-lines">
        <bdi className="name">{name}</bdi>
        <span className="mut place">
          {isForeign ? t('links.foreign') : protocolName(link.protocol)} ·{' '}
          <bdi dir="ltr">
            {link.server}:{link.port}
          </bdi>
        </span>
        <span className="mut only-s">
          <Whom link={link} />
        </span>
        {hasStanding ? (
          <div className="only-s">
            <Standing link={link} />
          </div>
        ) : null}
      </td>
      <td className="hide-s">
        <Whom link={link} />
      </td>
      <td className="r hide-s">
        <Entries link={link} />
      </td>
      <td className="two-lines hide-s">
        <Standing link={link} />
      </td>
      <td className="r">
        <Menu
          label={t('links.actionsOf', { name })}
          trigger={
            <button type="button" className="btn quiet icon" aria-label={t('links.actionsOf', { name })}>
              <Icon name="more" />
            </button>
          }
          items={[
            ...(link.source ? [entry('fetch', 'reset', t('links.fetch'), () => fetchNow.mutate())] : []),
            entry('change', 'edit', t('links.change'), onChange),
            entry('delete', 'trash', t('links.delete'), onDelete, true),
          ]}
        />
      </td>
    </tr>
  );
}

function Whom({ link: { userId, userName, ownerId } }: { readonly link: GivenLink }) {
  const { t } = useTranslation();
  const isOfOther = useSeesAll() && ownerId !== null;
  if (userId === null) return <>{t(isOfOther ? 'links.ofReseller' : 'links.everybody')}</>;
  return (
    <Link to={`/users/${userId}`}>
      <bdi>{userName ?? userId}</bdi>
    </Link>
  );
}

function Entries({ link: { source, problem } }: { readonly link: GivenLink }) {
  const { t } = useTranslation();
  if (problem !== null) return <Count value={0} />;
  if (source === null) return <Count value={1} />;
  return source.at === null ? <Unknown reason={t('links.neverFetched')} /> : <Count value={source.entries} />;
}

/** A configuration is given out as it is; a subscription of others as it last answered. */
function Standing({ link: { source, problem: refused } }: { readonly link: GivenLink }) {
  const { t } = useTranslation();
  if (refused !== null) return <Refused problem={refused} />;
  if (source === null) return <span className="mut">{t('links.asGiven')}</span>;
  const { at, triedAt, problem, unreadable } = source;
  if (problem === null)
    return at === null ? (
      <State of="unknown">{t('links.notAsked')}</State>
    ) : (
      <>
        <State of="up">{t('links.answers')}</State>{' '}
        <span className="mut">
          <Ago at={at} />
          {unreadable > 0 ? ` · ${t('links.unreadable', { count: unreadable })}` : ''}
        </span>
      </>
    );
  return (
    <>
      <State of={at === null ? 'down' : 'degraded'}>{t(at === null ? 'links.nothingYet' : 'links.oldCopy')}</State>{' '}
      <span className="mut">{at === null ? null : <Ago at={at} />}</span>
      <Reason problem={problem} />
      {triedAt === null ? null : (
        <p className="mut">
          {t('links.lastTry')} <Ago at={triedAt} />
        </p>
      )}
    </>
  );
}

function Refused({ problem }: { readonly problem: Problem }) {
  const { t } = useTranslation();
  return (
    <>
      <State of="down">{t('links.toNobody')}</State>
      <Reason problem={problem} />
    </>
  );
}

function Reason({ problem }: { readonly problem: Problem }) {
  const { message, hint } = useSaid()(problem);
  return (
    <p>
      {message} {hint ? <span className="mut">{hint}</span> : null}
    </p>
  );
}
