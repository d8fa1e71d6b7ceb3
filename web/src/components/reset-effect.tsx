import { useQuery } from '@tanstack/react-query';
import { type ResetRequest, resetPreviewQuery, undoPreviewQuery } from '../api/resets.ts';
import { useTranslation } from '../i18n/words.tsx';
import { FormError } from './form.tsx';
import { useResetWords } from './use-reset-words.ts';

/** What a reset would do, in numbers, before it is done. */
export function ResetLook({ request }: { readonly request: ResetRequest }) {
  const { data, error } = useQuery(resetPreviewQuery(request));
  const { ofReset } = useResetWords();
  return <Look text={data && ofReset(data)} error={error} ofAdmin={request.scope === 'owner'} />;
}

export interface UndoLookProps {
  readonly id: string;
  /** Of the users of an admin, whose own limit it moves, too. */
  readonly ofAdmin: boolean;
}

/** What undoing a reset would do. */
export function UndoLook({ id, ofAdmin }: UndoLookProps) {
  const { data, error } = useQuery(undoPreviewQuery(id));
  const { ofUndo } = useResetWords();
  return <Look text={data && ofUndo(data)} error={error} ofAdmin={ofAdmin} />;
}

interface LookProps {
  readonly text: string | undefined;
  readonly error: Error | null;
  readonly ofAdmin: boolean;
}

function Look({ text, error, ofAdmin }: LookProps) {
  const { t } = useTranslation();
  if (error) return <FormError error={error} />;
  return (
    <p role="status" className={text === undefined ? 'mut' : undefined}>
      {text ?? t('common.reset.looking')} {ofAdmin && text !== undefined ? t('common.reset.adminLimit') : null}
    </p>
  );
}
