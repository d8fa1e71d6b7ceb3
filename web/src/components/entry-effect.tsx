import type { EntryEffect as Effect, EntryWish } from '../api/entries.ts';
import { useEntryPreview } from '../api/entries.ts';
import { useTranslation } from '../i18n/words.tsx';
import { useFormat } from '../lib/use-format.ts';
import { FormError } from './form.tsx';
import { Bytes } from './numbers.tsx';

/** What an entry would do, asked as it is filled in; nothing to ask: an empty line, so that nothing jumps. */
export function EntryPreview({ wish }: { readonly wish: EntryWish | null }) {
  const preview = useEntryPreview(wish);
  if (wish !== null && preview.error) return <FormError error={preview.error} />;
  if (wish === null || !preview.data) return <p className="mut">&nbsp;</p>;
  return <EntryEffect effect={preview.data.effect} />;
}

/** Whose usage changes, from what to what, and how exactly that is known. */
export function EntryEffect({ effect }: { readonly effect: Effect }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { holders, days, wholeDays, estimatedBytes, from, to } = effect;
  const touched = (first: string, last: string) =>
    days === 1
      ? t('common.entry.touchesDay', { day: first })
      : t('common.entry.touches', { count: days, from: first, to: last });
  if (holders.length === 0) return <p className="mut">{t('common.entry.nothing')}</p>;
  return (
    <div className="row-text" role="status">
      <dl className="kv box">
        {holders.map((holder) => (
          <div key={`${holder.userId} ${holder.userToken} ${holder.peerId}`} className="kv-row">
            <dt>{holder.deleted ? t('common.deletedName', { name: holder.name }) : holder.name}</dt>
            <dd>
              <Bytes value={holder.shownBefore.totalBytes} /> <span aria-hidden="true">{'\u2192'}</span>
              <span className="vh">{t('common.entry.becomes')}</span> <Bytes value={holder.shownAfter.totalBytes} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="mut">
        {from && to ? touched(format.day(from), format.day(to)) : null}{' '}
        {wholeDays > 0 ? t('common.entry.wholeDays', { count: wholeDays }) : null}{' '}
        {Number(estimatedBytes) > 0 ? t('common.entry.estimated', { bytes: format.bytesText(estimatedBytes) }) : null}
      </p>
    </div>
  );
}
