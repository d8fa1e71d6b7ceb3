import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { useReset } from '../../components/use-reset.ts';
import { useDeleteUsers } from './api.ts';

interface UsersBarProps {
  readonly chosen: ReadonlyMap<string, string>;
  readonly onClear: () => void;
}

/** What can be done with several users at once. */
export function UsersBar({ chosen, onClear }: UsersBarProps) {
  const { t } = useTranslation();
  const reset = useReset();
  const [deleting, setDeleting] = useState(false);
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
        <button type="button" className="btn danger" onClick={() => setDeleting(true)}>
          <Icon name="trash" />
          {t('users.deleteSeveral')}
        </button>
        <button type="button" className="btn quiet" onClick={onClear}>
          {t('users.chooseNone')}
        </button>
      </span>
      <DeleteSeveral chosen={chosen} open={deleting} onClose={() => setDeleting(false)} onDone={onClear} />
    </div>
  );
}

interface DeleteSeveralProps {
  readonly chosen: ReadonlyMap<string, string>;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function DeleteSeveral({ chosen, open, onClose, onDone }: DeleteSeveralProps) {
  const { t } = useTranslation();
  const remove = useDeleteUsers();
  const count = chosen.size;
  return (
    <Dialog title={t('users.deleteChosen', { count })} open={open} onClose={onClose}>
      <p>{t('users.deleteWhatSeveral')}</p>
      <p className="mut two-lines">{[...chosen.values()].slice(0, 20).join(', ')}</p>
      <div className="row-end">
        <button type="button" className="btn" onClick={onClose}>
          {t('common.cancel')}
        </button>
        <button
          type="button"
          className="btn danger"
          disabled={remove.isPending}
          onClick={() => remove.mutate([...chosen.keys()], { onSuccess: onDone, onSettled: onClose })}
        >
          {t('users.deleteChosen', { count })}
        </button>
      </div>
    </Dialog>
  );
}
