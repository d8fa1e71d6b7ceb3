import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { get } from '../../api/client.ts';
import type { Admin, Answer } from '../../api/types.ts';
import { CycleSelect } from '../../components/cycle-select.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Form, FormError, TextField } from '../../components/form.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { parseGib } from '../../lib/format.ts';
import { useFormat } from '../../lib/use-format.ts';
import { useSetLimit } from './api.ts';

type Limit = NonNullable<Answer<'/api/v1/admins/{id}/limit'>>;

const limitQuery = (adminId: string) =>
  queryOptions({
    queryKey: ['admins', 'limit', adminId],
    queryFn: ({ signal }) => get<Limit | null>(`api/v1/admins/${encodeURIComponent(adminId)}/limit`, {}, signal),
  });

/** How much of their limit all users of a reseller have used together; opens what changes it. */
export function ResellerLimit({ admin }: { readonly admin: Admin }) {
  const { t } = useTranslation();
  const format = useFormat();
  const limit = useQuery(limitQuery(admin.id)).data;
  const [open, setOpen] = useState(false);
  if (limit === undefined) return null;
  const of = limit && { share: format.percent(limit.percent / 100), bytes: format.bytesText(limit.bytes) };
  return (
    <>
      <button
        type="button"
        className={`btn small ${limit?.usedUp ? 'warned' : ''}`}
        aria-label={t('settings.admins.limit.of', { name: admin.name })}
        onClick={() => setOpen(true)}
      >
        {of ? t('settings.admins.limit.used', of) : t('settings.admins.limit.set')}
      </button>
      <Dialog title={t('settings.admins.limit.of', { name: admin.name })} open={open} onClose={() => setOpen(false)}>
        <LimitForm admin={admin} limit={limit} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

interface LimitFormProps {
  readonly admin: Admin;
  readonly limit: Limit | null;
  readonly onDone: () => void;
}

function LimitForm({ admin, limit, onDone }: LimitFormProps) {
  const { t } = useTranslation();
  const set = useSetLimit(admin);
  const [gib, setGib] = useState(limit === null ? '' : String(Number(limit.bytes) / 2 ** 30));
  const [cycle, setCycle] = useState(limit?.cycle ?? 'month:1');
  const [cutsUsers, setCutsUsers] = useState(limit?.cutsUsers ?? false);
  const bytes = parseGib(gib);
  return (
    <Form onSubmit={() => bytes && set.mutate({ bytes, cycle, cutsUsers }, { onSuccess: onDone })}>
      <p className="note">{t('settings.admins.limit.mean')}</p>
      <TextField label={t('settings.admins.limit.gib')} value={gib} onChange={setGib} inputMode="decimal" autoFocus />
      <CycleSelect label={t('settings.plans.cycle')} value={cycle} onChange={setCycle} ofCalendar />
      <label className="check-line">
        <input type="checkbox" className="check" checked={cutsUsers} onChange={() => setCutsUsers(!cutsUsers)} />
        <span>{t('settings.admins.limit.cuts')}</span>
      </label>
      <FormError error={set.error} />
      <div className="row-end">
        {limit === null ? null : (
          <button
            type="button"
            className="btn danger"
            disabled={set.isPending}
            onClick={() => set.mutate(null, { onSuccess: onDone })}
          >
            {t('settings.admins.limit.remove')}
          </button>
        )}
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={bytes === null || set.isPending}>
          {t('common.save')}
        </button>
      </div>
    </Form>
  );
}
