import type { Entitlement, User } from '../../api/types.ts';
import { type EntitlementStart, useEntitlementFields } from '../../components/entitlement-fields.tsx';
import { Form, FormError } from '../../components/form.tsx';
import { isOfPart } from '../../components/use-quota-part.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { useEntitle, useTermsPreview } from './api.ts';

/** What a user may use; below it, what that would do at once. */
export function QuotaForm({ user, onDone }: { readonly user: User; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const { wish, terms, fields } = useEntitlementFields(startOf(user.entitlement));
  const entitle = useEntitle(user);
  return (
    <Form onSubmit={() => wish && entitle.mutate(wish, { onSuccess: onDone })}>
      {fields}
      {terms === undefined ? null : <AtOnce user={user} terms={terms} plan={wish?.plan ?? undefined} />}
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

function startOf(now: Entitlement | null): EntitlementStart {
  const [quota, ...others] = now?.terms.quotas ?? [];
  return {
    kind: now?.plan ? 'plan' : 'quota',
    bytes: quota?.bytes,
    cycle: now?.terms.cycle,
    plan: now?.plan?.id,
    finer: others.length > 0 || (quota !== undefined && isOfPart(quota)),
  };
}

interface AtOnceProps {
  readonly user: User;
  readonly terms: unknown;
  /** Whose terms they are. */
  readonly plan: string | undefined;
}

/** Asked of the server, which decides it: whether these terms would cut this user off now. */
function AtOnce({ user, terms, plan }: AtOnceProps) {
  const { t } = useTranslation();
  const preview = useTermsPreview([user.id], terms, plan).data;
  if (!preview) return <p className="mut">&nbsp;</p>;
  if (preview.cutOff > 0) return <p className="warned">{t('users.entitle.cutsOff', { name: user.name })}</p>;
  if (preview.restored > 0) return <p>{t('users.entitle.restores', { name: user.name })}</p>;
  return <p className="mut">{t('users.entitle.changesNothing')}</p>;
}
