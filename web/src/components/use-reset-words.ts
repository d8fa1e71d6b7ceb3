import { useMemo } from 'react';
import type { ResetEffect } from '../api/types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { useFormat } from '../lib/use-format.ts';

/** Names that fit into a sentence. */
const NAMED = 3;

/** How many bytes more or less are shown. */
function moved(before: ResetEffect['shownBefore'], after: ResetEffect['shownAfter']): bigint {
  const bytes = BigInt(before.totalBytes) - BigInt(after.totalBytes);
  return bytes < 0n ? -bytes : bytes;
}

/** What a reset, or undoing it, does to what is shown and to whose access. */
export function useResetWords() {
  const { t } = useTranslation();
  const format = useFormat();
  return useMemo(() => {
    const access = ({ access }: ResetEffect): string[] => {
      if (access === null) return [t('common.reset.accessUnknown')];
      const { restored, cutOff, names } = access;
      const more = cutOff - NAMED;
      const who = names.slice(0, NAMED).join(', ') + (more > 0 ? ` ${t('common.reset.andMore', { count: more })}` : '');
      return [
        ...(restored > 0 ? [t('common.reset.restored', { count: restored })] : []),
        ...(cutOff > 0 ? [t('common.reset.cutOff', { count: cutOff, who })] : []),
      ];
    };
    const say = (key: 'goes' | 'comes') => (effect: ResetEffect) => {
      const bytes = moved(effect.shownBefore, effect.shownAfter);
      const unclaimed = moved(effect.unclaimedBefore, effect.unclaimedAfter);
      if (bytes === 0n) return t('common.reset.nothingMoves');
      return [
        t(`common.reset.${key}`, { count: effect.users, bytes: format.bytesText(bytes) }),
        ...(unclaimed > 0n ? [t('common.reset.ofNobody', { bytes: format.bytesText(unclaimed) })] : []),
        ...access(effect),
      ].join(' ');
    };
    return { ofReset: say('goes'), ofUndo: say('comes') };
  }, [t, format]);
}
