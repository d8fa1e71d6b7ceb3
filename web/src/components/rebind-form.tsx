import { useState } from 'react';
import { type EntryWish, useAssignPeer, useMakeEntry } from '../api/entries.ts';
import type { Peer } from '../api/types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { EntryPreview } from './entry-effect.tsx';
import { Form, FormError, TextField } from './form.tsx';
import { InstantField, useInstant } from './instant-field.tsx';
import { Segmented } from './segmented.tsx';
import { UserField } from './user-field.tsx';

type Since = 'now' | 'past';
type Whose = 'user' | 'nobody';

/** A device given to another user: from now on, or from a past instant on with what was counted since. */
export function RebindForm({ peer, onDone }: { readonly peer: Peer; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const [whose, setWhose] = useState<Whose>('user');
  const [name, setName] = useState('');
  const [since, setSince] = useState<Since>('now');
  const [local, setLocal] = useState('');
  const [reason, setReason] = useState('');
  const from = useInstant(local);
  const assign = useAssignPeer(peer.id);
  const make = useMakeEntry();
  const userId = whose === 'nobody' ? null : name.trim();
  const wish = (why: string): EntryWish | null =>
    since === 'now' || from === undefined || userId === ''
      ? null
      : { path: `api/v1/peers/${encodeURIComponent(peer.id)}/binding`, body: { userId, from, reason: why } };
  const ready = reason.trim() === '' ? null : wish(reason);
  const submit = () => {
    if (since === 'now') assign.mutate(userId, { onSuccess: onDone });
    else if (ready) make.mutate(ready, { onSuccess: onDone });
  };
  const isReady = since === 'now' ? userId !== '' : ready !== null;
  return (
    <Form onSubmit={submit}>
      <p>
        {t('common.rebind.now', {
          device: peer.name || `${peer.key.slice(0, 12)}…`,
          user: peer.userName ?? t('common.unclaimed'),
        })}
      </p>
      <Segmented
        label={t('common.rebind.to')}
        value={whose}
        options={(['user', 'nobody'] as const).map((value) => ({ value, label: t(`common.rebind.${value}`) }))}
        onChange={setWhose}
      />
      {whose === 'user' ? <UserField label={t('common.user')} value={name} onChange={setName} /> : null}
      <Segmented
        label={t('common.rebind.since')}
        value={since}
        options={(['now', 'past'] as const).map((value) => ({ value, label: t(`common.rebind.from.${value}`) }))}
        onChange={setSince}
      />
      {since === 'now' ? (
        <p className="mut">{t('common.rebind.nowWhat')}</p>
      ) : (
        <>
          <InstantField label={t('common.range.from')} value={local} onChange={setLocal} />
          <EntryPreview wish={wish('…')} />
          <TextField label={t('common.entry.reason')} value={reason} onChange={setReason} maxLength={500} />
        </>
      )}
      <FormError error={make.error ?? assign.error} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={!isReady || make.isPending || assign.isPending}>
          {t('common.rebind.do')}
        </button>
      </div>
    </Form>
  );
}
