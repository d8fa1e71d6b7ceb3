import { useState } from 'react';
import { type EntitlementWish, NEW_TERMS, useEntitlementFields } from '../../components/entitlement-fields.tsx';
import { Form, FormError, TextField } from '../../components/form.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { parseGib } from '../../lib/format.ts';
import { useTermsPreview } from './api.ts';
import { type BulkAction, type BulkOutcome, type BulkWish, useBulk, useBulkPreview } from './use-bulk.ts';

interface BulkFormProps {
  readonly action: BulkAction;
  readonly chosen: ReadonlyMap<string, string>;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Names that a preview tells. */
const TOLD = 12;

/** One action for all chosen users: what it needs to know, whom it would change, and the word to do it. */
export function BulkForm({ action, chosen, onClose, onDone }: BulkFormProps) {
  const { t } = useTranslation();
  const users = [...chosen.keys()];
  const [tag, setTag] = useState('');
  const [gib, setGib] = useState('');
  const entitlement = useEntitlementFields(NEW_TERMS);
  const wish = wishOf(action, { tag: tag.trim(), bytes: parseGib(gib), entitlement: entitlement.wish });
  const preview = useBulkPreview(users, wish);
  const bulk = useBulk(chosen);
  return (
    <Form
      onSubmit={() =>
        wish &&
        bulk.mutate(wish, {
          onSuccess: () => {
            onDone();
            onClose();
          },
        })
      }
    >
      {action === 'tag' || action === 'untag' ? (
        <TextField label={t('users.bulk.tagName')} value={tag} onChange={setTag} autoFocus maxLength={32} />
      ) : null}
      {action === 'top-up' ? (
        <TextField label={t('common.entitle.gib')} value={gib} onChange={setGib} inputMode="decimal" autoFocus />
      ) : null}
      {action === 'entitle' ? entitlement.fields : null}
      {action === 'delete' ? <p>{t('users.deleteWhatSeveral')}</p> : null}
      {action === 'suspend' ? <p>{t('users.bulk.suspendWhat')}</p> : null}
      {wish && preview.data ? <Effect of={preview.data} chosen={chosen} /> : <p className="mut">&nbsp;</p>}
      {action === 'entitle' && entitlement.terms !== undefined ? (
        <CutOff users={users} terms={entitlement.terms} plan={entitlement.wish?.plan ?? undefined} />
      ) : null}
      <FormError error={preview.error ?? bulk.error} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onClose}>
          {t('common.cancel')}
        </button>
        <button
          type="submit"
          className={`btn ${action === 'delete' ? 'danger' : 'primary'}`}
          disabled={!wish || !preview.data?.users || bulk.isPending}
        >
          {t(`users.bulk.titles.${action}`, { count: preview.data?.users ?? 0 })}
        </button>
      </div>
    </Form>
  );
}

function wishOf(
  action: BulkAction,
  { tag, bytes, entitlement }: { tag: string; bytes: number | null; entitlement: EntitlementWish | null },
): BulkWish | null {
  if (action === 'tag' || action === 'untag') return tag === '' ? null : { action, tag };
  if (action === 'top-up') return bytes === null ? null : { action, bytes };
  if (action === 'entitle') return entitlement === null ? null : { action, entitlement };
  return { action };
}

/** In numbers, and the names of those whom it does not touch. */
function Effect({ of, chosen }: { readonly of: BulkOutcome; readonly chosen: ReadonlyMap<string, string> }) {
  const { t } = useTranslation();
  const names = (some: readonly string[]) => some.slice(0, TOLD).join(', ') + (some.length > TOLD ? ', …' : '');
  return (
    <div className="row-text" role="status">
      <p>{t('users.bulk.changes', { count: of.users, all: chosen.size })}</p>
      {of.unchanged.length > 0 ? (
        <p className="mut">{t('users.bulk.unchanged', { names: names(of.unchanged) })}</p>
      ) : null}
      {of.impossible.length > 0 ? (
        <p className="warned">{t('users.bulk.impossible', { names: names(of.impossible) })}</p>
      ) : null}
    </div>
  );
}

interface CutOffProps {
  readonly users: readonly string[];
  readonly terms: unknown;
  /** Whose terms they are. */
  readonly plan: string | undefined;
}

function CutOff({ users, terms, plan }: CutOffProps) {
  const { t } = useTranslation();
  const effect = useTermsPreview(users, terms, plan).data;
  if (!effect) return null;
  return (
    <>
      {effect.cutOff > 0 ? (
        <p className="warned">
          {t('users.bulk.cutsOff', { count: effect.cutOff, names: effect.names.slice(0, TOLD).join(', ') })}
        </p>
      ) : null}
      {effect.restored > 0 ? <p>{t('users.bulk.restores', { count: effect.restored })}</p> : null}
      {effect.cutOff + effect.restored === 0 ? <p className="mut">{t('users.entitle.changesNothing')}</p> : null}
    </>
  );
}
