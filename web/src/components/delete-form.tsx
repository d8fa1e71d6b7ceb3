import type { UseMutationResult } from '@tanstack/react-query';
import { useTranslation } from '../i18n/words.tsx';

interface DeleteFormProps {
  /** What goes and what stays. */
  readonly what: string;
  /** On the button: whom or what it deletes. */
  readonly label: string;
  readonly remove: Pick<UseMutationResult<unknown, Error, void>, 'mutate' | 'isPending'>;
  readonly onCancel: () => void;
  readonly onDone: () => void;
}

/** The content of a dialog that deletes: there is no undo, so it says first what that means. */
export function DeleteForm({ what, label, remove, onCancel, onDone }: DeleteFormProps) {
  const { t } = useTranslation();
  return (
    <>
      <p>{what}</p>
      <div className="row-end">
        <button type="button" className="btn" onClick={onCancel}>
          {t('common.cancel')}
        </button>
        <button
          type="button"
          className="btn danger"
          disabled={remove.isPending}
          onClick={() => remove.mutate(undefined, { onSuccess: onDone })}
        >
          {label}
        </button>
      </div>
    </>
  );
}
