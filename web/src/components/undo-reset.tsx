import { useState } from 'react';
import { useUndoReset } from '../api/resets.ts';
import { useTranslation } from '../i18n/words.tsx';
import { Dialog } from './dialog.tsx';
import { UndoLook, type UndoLookProps } from './reset-effect.tsx';

/** Undoes a reset of some time ago, which may cut users off that have used much since: it says so first. */
export function UndoReset({ id, ofAdmin }: UndoLookProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const undo = useUndoReset();
  const close = () => setOpen(false);
  return (
    <>
      <button type="button" className="link" disabled={undo.isPending} onClick={() => setOpen(true)}>
        {t('common.undo')}
      </button>
      <Dialog title={t('common.reset.undoTitle')} open={open} onClose={close}>
        <UndoLook id={id} ofAdmin={ofAdmin} />
        <div className="row-end">
          <button type="button" className="btn" onClick={close}>
            {t('common.cancel')}
          </button>
          <button
            type="button"
            className="btn primary"
            disabled={undo.isPending}
            onClick={() => undo.mutate(id, { onSettled: close })}
          >
            {t('common.reset.undoDo')}
          </button>
        </div>
      </Dialog>
    </>
  );
}
