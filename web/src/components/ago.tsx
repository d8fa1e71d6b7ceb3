import { useTranslation } from '../i18n/words.tsx';
import { useFormat } from '../lib/use-format.ts';
import { useNow } from '../lib/use-now.ts';

/** "38 s ago", counting on; the exact time on hover. */
export function Ago({ at }: { readonly at: string | number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const elapsed = Math.max(0, useNow() - new Date(at).getTime());
  return (
    <time dateTime={new Date(at).toISOString()} title={format.instant(at)} className="num said">
      {t('common.ago', { duration: format.duration(elapsed) })}
    </time>
  );
}
