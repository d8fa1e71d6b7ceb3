import { useState } from 'react';
import { useReset } from '../../api/resets.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Menu, MenuLabel } from '../../components/menu.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { BulkForm } from './bulk-form.tsx';
import type { BulkAction } from './use-bulk.ts';

interface BulkBarProps {
  readonly chosen: ReadonlyMap<string, string>;
  readonly onClear: () => void;
}

const ICONS = {
  resume: 'key',
  'top-up': 'plus',
  tag: 'claim',
  untag: 'close',
  delete: 'trash',
} as const;

/** What can be done with several users at once; each says first what it would do. */
export function BulkBar({ chosen, onClear }: BulkBarProps) {
  const { t } = useTranslation();
  const reset = useReset();
  const [action, setAction] = useState<BulkAction | null>(null);
  const count = chosen.size;
  const [name = ''] = chosen.values();
  return (
    <div className="assign-bar">
      <b>{t('users.chosen', { count })}</b>
      <span className="row2s">
        <button
          type="button"
          className="btn"
          disabled={reset.isPending}
          onClick={() => reset.mutate({ scope: 'user', userIds: [...chosen.keys()], name }, { onSuccess: onClear })}
        >
          <Icon name="reset" />
          {t('users.reset')}
        </button>
        <button type="button" className="btn" onClick={() => setAction('suspend')}>
          {t('users.bulk.suspend')}
        </button>
        <button type="button" className="btn" onClick={() => setAction('entitle')}>
          {t('users.entitle.title')}
        </button>
        <Menu
          label={t('users.bulk.more')}
          trigger={
            <button type="button" className="btn">
              {t('common.more')}
              <Icon name="caret" />
            </button>
          }
          items={(['resume', 'top-up', 'tag', 'untag', 'delete'] as const).map((key) => ({
            key,
            label: <MenuLabel icon={ICONS[key]} text={t(`users.bulk.${key}`)} />,
            bad: key === 'delete',
            onPick: () => setAction(key),
          }))}
        />
        <button type="button" className="btn quiet" onClick={onClear}>
          {t('users.chooseNone')}
        </button>
      </span>
      <Dialog
        title={action ? t(`users.bulk.titles.${action}`, { count }) : ''}
        open={action !== null}
        onClose={() => setAction(null)}
      >
        {action ? <BulkForm action={action} chosen={chosen} onClose={() => setAction(null)} onDone={onClear} /> : null}
      </Dialog>
    </div>
  );
}
