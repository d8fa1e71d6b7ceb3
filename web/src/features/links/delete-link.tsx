import { useSeesAll } from '../../api/session.tsx';
import type { GivenLink } from '../../api/types.ts';
import { DeleteForm } from '../../components/delete-form.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { nameOf, useDeleteLink } from './api.ts';

/** Its secret is shown to nobody again, so there is no undo: it says first who loses it. */
export function DeleteLink({ link, onDone }: { readonly link: GivenLink; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const remove = useDeleteLink(link);
  const isOfOther = useSeesAll() && link.ownerId !== null;
  const all = t(isOfOther ? 'links.resellersUsersLose' : 'links.everybodyLoses');
  const whom = link.userName === null ? all : t('links.userLoses', { name: link.userName });
  return (
    <DeleteForm
      what={`${whom} ${t('links.deleteWhat')}`}
      label={t('links.deleteOf', { name: nameOf(link) })}
      remove={remove}
      onCancel={onDone}
      onDone={onDone}
    />
  );
}
