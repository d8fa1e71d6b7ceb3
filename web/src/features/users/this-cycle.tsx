import { useQuery } from '@tanstack/react-query';
import type { User } from '../../api/types.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { userCyclesQuery } from './api.ts';

/** What the running month holds, and when the next one begins. */
export function ThisCycle({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const format = useFormat();
  const cycles = useQuery(userCyclesQuery(user.id)).data;
  const running = cycles?.items.find((cycle) => cycle.running);
  if (!running) return <span>&nbsp;</span>;
  return (
    <span>
      {t('users.inCycle', { bytes: format.bytesText(running.inCycle.totalBytes), from: format.day(running.from) })}
      {cycles?.resetsAt ? ` · ${t('users.nextCycle', { day: format.day(cycles.resetsAt) })}` : ''}
    </span>
  );
}
