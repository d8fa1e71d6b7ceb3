import { useTranslation } from 'react-i18next';
import type { User } from '../../api/types.ts';
import { Form, FormError } from '../../components/form.tsx';
import { useEntitle, useTermsPreview } from './api.ts';
import { useEntitlementFields } from './entitlement-fields.tsx';

/** What a user may use; below it, what that would do at once. */
export function QuotaForm({ user, onDone }: { readonly user: User; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const { wish, terms, fields } = useEntitlementFields(user.entitlement);
  const entitle = useEntitle(user);
  return (
    <Form onSubmit={() => wish && entitle.mutate(wish, { onSuccess: onDone })}>
      {fields}
      {terms === undefined ? null : <AtOnce user={user} terms={terms} />}
      <FormError error={entitle.error} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={wish === null || entitle.isPending}>
          {t('common.save')}
        </button>
      </div>
    </Form>
  );
}

/** Asked of the server, which decides it: whether these terms would cut this user off now. */
function AtOnce({ user, terms }: { readonly user: User; readonly terms: unknown }) {
  const { t } = useTranslation();
  const preview = useTermsPreview([user.id], terms).data;
  if (!preview) return <p className="mut">&nbsp;</p>;
  if (preview.cutOff > 0) return <p className="warned">{t('users.entitle.cutsOff', { name: user.name })}</p>;
  if (preview.restored > 0) return <p>{t('users.entitle.restores', { name: user.name })}</p>;
  return <p className="mut">{t('users.entitle.changesNothing')}</p>;
}
