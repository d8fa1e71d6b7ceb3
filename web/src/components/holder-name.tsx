import type { Holder } from '../api/types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { Link } from './link.tsx';

/** A user by name, or what nobody claimed yet with the way to claim it. */
export function HolderName({ holder }: { readonly holder: Holder }) {
  const { t } = useTranslation();
  if (holder.userId !== null) {
    return (
      <Link className="name" title={holder.name} to="/users/$userId" params={{ userId: holder.userId }}>
        {holder.name}
      </Link>
    );
  }
  return (
    <span className="row2s tight">
      <span className="name" title={holder.name}>
        {holder.name}
      </span>
      <span className="badge">{t('common.unclaimed')}</span>
      <Link to="/peers" className="hide-s">
        {t('common.claim')}
      </Link>
    </span>
  );
}
