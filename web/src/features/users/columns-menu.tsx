import { Popover } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../components/icon.tsx';
import { COLUMNS, type UsersColumns } from './use-columns.ts';

/** Which columns the list has. It stays open: one choice is seldom the last. */
export function ColumnsMenu({ columns }: { readonly columns: UsersColumns }) {
  const { t } = useTranslation();
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button type="button" className="btn quiet">
          <Icon name="rows" />
          {t('users.columns')}
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="menu checks"
          role="dialog"
          aria-label={t('users.columns')}
          align="end"
          sideOffset={4}
          collisionPadding={8}
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
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
