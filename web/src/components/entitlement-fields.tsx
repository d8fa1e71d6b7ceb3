import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { plansQuery } from '../api/resources.ts';
import type { Plan } from '../api/types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { fieldsOf, type NewTerms, termsIn } from '../lib/terms.ts';
import { Segmented } from './segmented.tsx';
import { Select } from './select.tsx';
import { TermsEditor } from './terms/terms-editor.tsx';

/** A plan by its id, terms of their own, or `plan: null`: everything allowed. */
export interface EntitlementWish {
  readonly plan?: string | null;
  readonly terms?: NewTerms;
}

/** What the fields show at first. */
export interface EntitlementStart {
  readonly kind: 'none' | 'terms' | 'plan';
  readonly terms?: Plan['terms'] | undefined;
  /** By its id or its name. */
  readonly plan?: string | undefined;
}

type Kind = EntitlementStart['kind'];

export const NEW_TERMS: EntitlementStart = { kind: 'terms' };

/** Everything, terms of their own, or a plan. */
export function useEntitlementFields(start: EntitlementStart): {
  /** Null: not filled in yet. */
  readonly wish: EntitlementWish | null;
  /** The same as terms, for a preview; undefined where nothing would be limited. */
  readonly terms: NewTerms | undefined;
  readonly fields: ReactNode;
} {
  const { t } = useTranslation();
  const plans = useQuery(plansQuery).data?.items ?? [];
  const [kind, setKind] = useState<Kind>(start.kind);
  const [own, setOwn] = useState(() => fieldsOf(start.terms));
  const [chosen, setChosen] = useState(start.plan);
  const plan = plans.find(({ id, name }) => id === chosen || name === chosen) ?? plans[0];
  const wish = wishOf(kind, termsIn(own), plan?.id);
  const offered: readonly Kind[] = plans.length > 0 || kind === 'plan' ? ['terms', 'plan', 'none'] : ['terms', 'none'];
  const fields = (
    <>
      <Segmented
        className="wrap"
        label={t('common.entitle.what')}
        value={kind}
        options={offered.map((value) => ({ value, label: t(`common.entitle.${value}`) }))}
        onChange={setKind}
      />
      {kind === 'terms' ? <TermsEditor fields={own} onChange={setOwn} /> : null}
      {kind === 'plan' && plan ? (
        <Select
          label={t('common.entitle.plan')}
          value={plan.id}
          options={plans.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={setChosen}
        />
      ) : null}
      {kind === 'none' ? <p>{t('common.entitle.noneWhat')}</p> : null}
    </>
  );
  return { wish, terms: kind === 'plan' ? plan?.terms : wish?.terms, fields };
}

function wishOf(kind: Kind, terms: NewTerms | null, planId: string | undefined): EntitlementWish | null {
  if (kind === 'none') return { plan: null };
  if (kind === 'plan') return planId === undefined ? null : { plan: planId };
  return terms === null ? null : { terms };
}
