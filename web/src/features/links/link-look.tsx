import { protocolName } from '../../components/protocol-badge.tsx';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useSaid } from '../../lib/use-said.ts';
import { type LinkLook, nameOf } from './api.ts';

/** Names that are told of a long list. */
const TOLD = 8;

/** What was found behind each link, before it is given out. */
export function LooksShown({ looks }: { readonly looks: readonly LinkLook[] }) {
  return (
    <div role="status">
      <ul className="looks">
        {looks.map((look, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same link may be written twice
          <li key={index}>
            <Look look={look} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Look({ look }: { readonly look: LinkLook }) {
  const { t } = useTranslation();
  const said = useSaid();
  const { problem, found, unreadable, leftOut, entries } = look;
  if (problem !== null) {
    const { message, hint } = said(problem);
    return (
      <>
        <State of="down">{nameOf(look)}</State>
        <p>
          {message} {hint ? <span className="mut">{hint}</span> : null}
        </p>
        <p className="mut">{t('links.anywayWhat')}</p>
      </>
    );
  }
  const names = entries.slice(0, TOLD).map((entry) => entry.name || entry.server);
  return (
    <>
      <State of="up">{nameOf(look)}</State>
      <p>
        {look.protocol === 'subscription' ? (
          <>
            {t('links.found', { count: found })}{' '}
            <bdi className="mut">{names.join(', ') + (found > names.length ? ', …' : '')}</bdi>
          </>
        ) : (
          <>
            {protocolName(look.protocol)}{' '}
            <bdi className="mut" dir="ltr">
              {look.server}:{look.port}
            </bdi>
          </>
        )}
      </p>
      {unreadable > 0 ? <p className="mut">{t('links.unreadable', { count: unreadable })}</p> : null}
      {(['clash', 'sing-box'] as const).map((format) =>
        leftOut[format] > 0 ? (
          <p key={format} className="mut">
            {t('links.leftOutOf', { count: leftOut[format], format: t(`links.format.${format}`) })}
          </p>
        ) : null,
      )}
    </>
  );
}
