import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

export interface Said {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | null | undefined;
}

/**
 * What the server said, in the reader's language. The server speaks English; other languages have its words by their
 * code (`i18n/said.<language>.json`), and what has no translation is shown as it came.
 */
export function useSaid(): (said: Said) => { readonly message: string; readonly hint: string | null } {
  const { t } = useTranslation();
  return useCallback(
    ({ code, message, hint }) => ({
      message: t(`said.${code}.message`, message),
      hint: t(`said.${code}.hint`, hint ?? '') || null,
    }),
    [t],
  );
}
