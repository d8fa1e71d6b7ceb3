import { useState } from 'react';
import type { User } from '../../api/types.ts';
import { Form, FormError, TextField } from '../../components/form.tsx';
import { Select } from '../../components/select.tsx';
import { useQuotaPart } from '../../components/use-quota-part.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { parseGib } from '../../lib/format.ts';
import { toldApart } from '../../lib/told-apart.ts';
import { useTopUp } from './api.ts';

/** Bytes on top of a quota, for the running cycle. */
export function TopUpForm({ user, onDone }: { readonly user: User; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const quotas = user.entitlement?.quotas ?? [];
  const terms = user.entitlement?.terms.quotas ?? [];
  const partOfTraffic = useQuotaPart();
  const labels = toldApart(
    quotas.map(({ name }) => ({ name, label: partOfTraffic(terms.find((one) => one.name === name)) })),
  );
  const [quota, setQuota] = useState(quotas[0]?.name ?? 'all');
  const [gib, setGib] = useState('');
  const [reason, setReason] = useState('');
  const topUp = useTopUp(user);
  const bytes = parseGib(gib);
  return (
    <Form
      onSubmit={() =>
        bytes !== null && topUp.mutate({ quota, bytes, ...(reason ? { reason } : {}) }, { onSuccess: onDone })
      }
    >
      {quotas.length > 1 ? (
        <Select
          label={t('common.entitle.quota')}
          value={quota}
          options={quotas.map(({ name }, n) => ({ value: name, label: labels[n] ?? name }))}
          onChange={setQuota}
        />
      ) : null}
      <TextField label={t('common.entitle.gib')} value={gib} onChange={setGib} inputMode="decimal" autoFocus />
      <TextField label={t('users.topUp.reason')} value={reason} onChange={setReason} />
      <FormError error={topUp.error} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={bytes === null || topUp.isPending}>
          {t('users.topUp.do')}
        </button>
      </div>
    </Form>
  );
}
