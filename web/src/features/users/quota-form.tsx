import { useState } from 'react';
import type { Entitlement, User } from '../../api/types.ts';
import {
  type EntitlementStart,
  type EntitlementWish,
  NEW_TERMS,
  useEntitlementFields,
} from '../../components/entitlement-fields.tsx';
import { Form, FormError } from '../../components/form.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useEntitle, useTermsPreview } from './api.ts';
import { useTimeFields } from './entitlement-time.tsx';

/** What a user may use, from when and until when; below it, what that would do at once. */
export function QuotaForm({ user, onDone }: { readonly user: User; readonly onDone: () => void }) {
  const { t } = useTranslation();
  // As it was opened: what becomes of it meanwhile, by a first use say, is not wished back.
  const [before] = useState(user.entitlement);
  const { wish, terms, fields } = useEntitlementFields(startOf(before));
  const target = wish === null ? null : changedTarget(wish, before);
  const cycle = terms?.cycle;
  const time = useTimeFields(before, {
    limits: wish?.plan !== null,
    isNew: target !== null && Object.keys(target).length > 0,
    cycle: typeof cycle === 'string' ? cycle : undefined,
  });
  const entitle = useEntitle(user);
  const change = target === null ? null : { ...target, ...time.wish };
  return (
    <Form onSubmit={() => change && entitle.mutate(change, { onSuccess: onDone })}>
      {fields}
      {time.fields}
      {terms === undefined ? null : <AtOnce user={user} terms={terms} plan={wish?.plan ?? undefined} />}
      <FormError error={entitle.error} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button
          type="submit"
          className="btn primary"
          disabled={change === null || Object.keys(change).length === 0 || entitle.isPending}
        >
          {t('common.save')}
        </button>
      </div>
    </Form>
  );
}

function startOf(now: Entitlement | null): EntitlementStart {
  if (now === null) return NEW_TERMS;
  return now.plan ? { kind: 'plan', plan: now.plan.id } : { kind: 'terms', terms: now.terms };
}

/** Nothing where it is as it was: what is given again may begin anew. */
function changedTarget(wish: EntitlementWish, now: Entitlement | null): EntitlementWish {
  const isSame =
    wish.plan === null
      ? now === null
      : wish.plan !== undefined
        ? wish.plan === now?.plan?.id
        : now !== null && now.plan === null && sameTerms(wish.terms, now.terms);
  return isSame ? {} : wish;
}

function sameTerms(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

/** Names in one order at every depth; bytes as text, however large. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => [name, sorted(inner)]);
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
  if (preview.cutInPart > 0) return <p className="warned">{t('users.entitle.cutsInPart', { name: user.name })}</p>;
  if (preview.restored > 0) return <p>{t('users.entitle.restores', { name: user.name })}</p>;
  return <p className="mut">{t('users.entitle.changesNothing')}</p>;
}
