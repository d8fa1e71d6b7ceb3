import { useCallback } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import { type Format, useFormat } from './use-format.ts';

export interface Said {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | null | undefined;
  /** What the message names, for translations that name it too. */
  readonly values?: Readonly<Record<string, string | number>> | undefined;
}

const INSTANT = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;

/**
 * What the server said, in the reader's language. The server speaks English; other languages have its words by their
 * code (`i18n/said.<language>.json`), and what has no translation is shown as it came. Times are told as everywhere here.
 */
export function useSaid(): (said: Said) => { readonly message: string; readonly hint: string | null } {
  const { t } = useTranslation();
  const format = useFormat();
  return useCallback(
    ({ code, message, hint, values = {} }) => {
      const told = Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? times(value, format) : value]),
      );
      return {
        message: t(`said.${code}.message`, { ...told, defaultValue: times(message, format) }),
        hint: t(`said.${code}.hint`, { ...told, defaultValue: times(hint ?? '', format) }) || null,
      };
    },
    [t, format],
  );
}

function times(text: string, format: Format): string {
  return text.replace(INSTANT, (at) => format.instant(at));
}
