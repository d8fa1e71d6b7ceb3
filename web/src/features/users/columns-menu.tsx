import { useState } from 'react';
import { Icon } from '../../components/icon.tsx';
import { Popover } from '../../components/overlay/popover.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { COLUMNS, type UsersColumns } from './use-columns.ts';

/** Which columns the list has. It stays open: one choice is seldom the last. */
export function ColumnsMenu({ columns }: { readonly columns: UsersColumns }) {
  const { t } = useTranslation();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <button
        type="button"
        className="btn quiet"
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        onClick={({ currentTarget }) => setAnchor(anchor ? null : currentTarget)}
      >
        <Icon name="rows" />
        {t('users.columns')}
      </button>
      {anchor ? (
        <Popover
          anchor={anchor}
          align="end"
          className="menu checks"
          role="dialog"
          label={t('users.columns')}
          onClose={() => setAnchor(null)}
        >
          {COLUMNS.map((column) => (
            <label key={column} className="item">
              <input
                type="checkbox"
                className="check"
                checked={columns.shown.includes(column)}
                onChange={() => columns.toggle(column)}
              />
              {t(`users.column.${column}`)}
            </label>
          ))}
          <button type="button" className="item" onClick={columns.reset}>
            <Icon name="reset" />
            {t('users.columnsUsual')}
          </button>
        </Popover>
      ) : null}
    </>
  );
}
