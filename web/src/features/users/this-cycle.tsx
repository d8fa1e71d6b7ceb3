import { useQuery } from '@tanstack/react-query';
import type { User } from '../../api/types.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { userCyclesQuery } from './api.ts';

interface CycleProps {
  readonly user: User;
}

/** What the running month holds, and when the next one begins. */
export function ThisCycle({ user }: CycleProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { cycles, running } = useRunning(user);
  if (!running) return <span>&nbsp;</span>;
  return (
    <span>
      {t('users.inCycle', { bytes: format.bytesText(running.inCycle.totalBytes), from: format.day(running.from) })}
      {cycles?.resetsAt ? ` · ${t('users.nextCycle', { day: format.day(cycles.resetsAt) })}` : ''}
    </span>
  );
}

interface ClaimedProps extends CycleProps {
  /** Whether the number above counts these bytes, too. */
  readonly within: boolean;
}

/** Bytes of the running month from before the user owned what carried them: servers and sums show them, no quota counts them. */
export function ClaimedHistory({ user, within }: ClaimedProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { running } = useRunning(user);
  if (!running) return null;
  const bytes = BigInt(running.shown.totalBytes) - BigInt(running.inCycle.totalBytes);
  if (bytes <= 0n) return null;
  return (
    <p className="note">
      {t(within ? 'users.claimedWithin' : 'users.claimedBeside', {
        bytes: format.bytesText(bytes),
        from: format.day(running.from),
      })}
    </p>
  );
}

function useRunning(user: User) {
  const cycles = useQuery(userCyclesQuery(user.id)).data;
  return { cycles, running: cycles?.items.find((cycle) => cycle.running) };
}
