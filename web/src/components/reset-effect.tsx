import { useQuery } from '@tanstack/react-query';
import { type ResetRequest, resetPreviewQuery, undoPreviewQuery } from '../api/resets.ts';
import { useTranslation } from '../i18n/words.tsx';
import { FormError } from './form.tsx';
import { useResetWords } from './use-reset-words.ts';

/** What a reset would do, in numbers, before it is done. */
export function ResetLook({ request }: { readonly request: ResetRequest }) {
  const { data, error } = useQuery(resetPreviewQuery(request));
  const { ofReset } = useResetWords();
  return <Look text={data && ofReset(data)} error={error} />;
}

/** What undoing a reset would do. */
export function UndoLook({ id }: { readonly id: string }) {
  const { data, error } = useQuery(undoPreviewQuery(id));
  const { ofUndo } = useResetWords();
  return <Look text={data && ofUndo(data)} error={error} />;
}

function Look({ text, error }: { readonly text: string | undefined; readonly error: Error | null }) {
  const { t } = useTranslation();
  if (error) return <FormError error={error} />;
  return (
    <p role="status" className={text === undefined ? 'mut' : undefined}>
      {text ?? t('common.reset.looking')}
    </p>
  );
}
