import type { User } from '../../api/types.ts';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';

const SHAPES = {
  active: 'up',
  'on-hold': 'unknown',
  limited: 'degraded',
  expired: 'degraded',
  suspended: 'down',
  deleted: 'unknown',
} as const;

/** Whether the user may use the VPN; why not, on hover. */
export function UserState({ user, pill = false }: { readonly user: User; readonly pill?: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const why = user.stateReason
    ? t(`users.stateReason.${user.stateReason}`, { at: format.instant(user.stateSince) })
    : undefined;
  return (
    <State of={SHAPES[user.state]} pill={pill} {...(why ? { title: why } : {})}>
      {t(`users.state.${user.state}`)}
    </State>
  );
}
