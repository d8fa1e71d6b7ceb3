import { useQuery } from '@tanstack/react-query';
import { Block } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Paste } from '../../components/copy.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useSaid } from '../../lib/use-said.ts';
import { type Check, doctorQuery } from './api.ts';

const STATES = { ok: 'up', warning: 'degraded', error: 'down' } as const;

/** The product looks at itself: what is wrong, and what to do about it. */
export function DoctorCard() {
  const { t } = useTranslation();
  const query = useQuery(doctorQuery);
  return (
    <Card
      title={t('settings.doctor.title')}
      hint={t('settings.doctor.means')}
      actions={
        <button type="button" className="btn quiet" disabled={query.isFetching} onClick={() => void query.refetch()}>
          {t('settings.doctor.again')}
        </button>
      }
    >
      <Block query={query} skeleton={<SkeletonLines lines={4} />}>
        {({ checks }) => <Findings checks={checks} />}
      </Block>
    </Card>
  );
}

/** What needs a look stands open; what is fine is counted, and unfolds. */
function Findings({ checks }: { readonly checks: readonly Check[] }) {
  const { t } = useTranslation();
  const fine = checks.filter(({ status }) => status === 'ok');
  return (
    <>
      <Lines checks={checks.filter(({ status }) => status !== 'ok')} />
      <details className="fold">
        <summary>
          <State of="up">{t('settings.doctor.fine', { count: fine.length })}</State>
        </summary>
        <Lines checks={fine} />
      </details>
    </>
  );
}

function Lines({ checks }: { readonly checks: readonly Check[] }) {
  return (
    <ul className="tl states">
      {checks.map((check, index) => (
        <Line key={`${check.name}${check.code}${index.toString()}`} check={check} />
      ))}
    </ul>
  );
}

function Line({ check }: { readonly check: Check }) {
  const { t } = useTranslation();
  const { message, hint } = useSaid()(check);
  return (
    <li>
      <State of={STATES[check.status]} iconOnly>
        {t(`settings.doctor.status.${check.status}`)}
      </State>
      <b>{message}</b>
      <span className="when">{check.name}</span>
      {hint || check.commands.length > 0 ? (
        <div className="why">
          {hint}
          {check.commands.length > 0 ? <Paste lines={check.commands.join('\n')} /> : null}
        </div>
      ) : null}
    </li>
  );
}
