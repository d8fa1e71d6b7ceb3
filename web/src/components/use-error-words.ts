import { useCallback } from 'react';
import { Offline, Problem } from '../api/client.ts';
import { useTranslation } from '../i18n/words.tsx';
import { useSaid } from '../lib/use-said.ts';

/** What went wrong and what to do, in the reader's language. */
export function useErrorWords(): (error: Error) => { readonly message: string; readonly hint: string | null } {
  const { t } = useTranslation();
  const said = useSaid();
  return useCallback(
    (error) => {
      if (error instanceof Offline) return { message: t('common.offline'), hint: null };
      if (!(error instanceof Problem)) return { message: error.message, hint: null };
      if (error.code === 'unknown') return { message: `${t('common.failed')} (HTTP ${error.status})`, hint: null };
      const { message, hint } = said(error);
      // In other languages the words say that something is wrong; what it is stands in the server's.
      return error.code !== 'invalid-input' || message === error.message
        ? { message, hint }
        : { message, hint: error.message };
    },
    [t, said],
  );
}
