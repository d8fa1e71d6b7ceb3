import { useEffect, useState } from 'react';
import { useLive } from '../../api/live.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { Notice } from '../notice.tsx';

/** A restart of the server is shorter; nobody needs to hear of it. */
const PATIENCE_MS = 3_000;

/** Whether people are told that the server cannot be heard. */
export function useIsAway(): boolean {
  const { connected, heardAt } = useLive();
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (connected) return setLate(false);
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [connected]);
  return late && heardAt !== null;
}

/** The server cannot be heard: what is on the screen grows old. */
export function ConnectionNotice() {
  const { t } = useTranslation();
  const format = useFormat();
  const { heardAt } = useLive();
  const isAway = useIsAway();
  if (!isAway || heardAt === null) return null;
  return (
    <Notice kind="unknown" title={t('common.live.lost')}>
      {t('common.live.lostSince', { at: format.time(heardAt) })}
    </Notice>
  );
}
