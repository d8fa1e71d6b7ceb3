import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { usersQuery } from '../../api/resources.ts';
import type { Peer } from '../../api/types.ts';
import { FormError } from '../../components/form.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useAssignPeers, useCreateNamedUser } from './api.ts';
import { CountInCycle } from './tokens-card.tsx';

const SUGGESTIONS = 20;

interface AssignBarProps {
  readonly peers: readonly Peer[];
  readonly onDone: () => void;
}

/** For the chosen devices: a user by name, who is created if nobody has it. */
export function AssignBar({ peers, onDone }: AssignBarProps) {
  const { t } = useTranslation();
  const list = useId();
  const [name, setName] = useState('');
  const [countInCycle, setCountInCycle] = useState(false);
  const users = useQuery({
    ...usersQuery({ search: name || undefined, limit: SUGGESTIONS }),
    enabled: peers.length > 0,
  });
  const create = useCreateNamedUser();
  const assign = useAssignPeers();
  if (peers.length === 0) return null;
  const existing = users.data?.items.find((user) => user.name === name.trim());
  const give = (userId: string | null) =>
    assign.mutate(
      { peerIds: peers.map((peer) => peer.id), userId, countInCycle },
      {
        onSuccess: () => {
          setName('');
          onDone();
        },
      },
    );
  const submit = async () => give(existing?.id ?? (await create.mutateAsync(name.trim())).id);
  const busy = create.isPending || assign.isPending;
  return (
    <form
      className="assign-bar"
      onSubmit={(event) => {
        event.preventDefault();
        void submit().catch(() => undefined);
      }}
    >
      <b>{t('peers.chosen', { count: peers.length })}</b>
      <label className="row2s">
        {t('peers.giveTo')}
        <input
          className="field"
          list={list}
          value={name}
          placeholder={t('peers.userName')}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <datalist id={list}>
        {users.data?.items.map((user) => (
          <option key={user.id} value={user.name} />
        ))}
      </datalist>
      <button type="submit" className="btn primary" disabled={name.trim() === '' || users.isPending || busy}>
        {existing || name.trim() === '' ? t('peers.assign') : t('peers.createAndAssign', { name: name.trim() })}
      </button>
      {peers.some((peer) => peer.userId !== null) ? (
        <button type="button" className="btn" disabled={busy} onClick={() => give(null)}>
          {t('peers.takeAway')}
        </button>
      ) : null}
      <CountInCycle checked={countInCycle} onChange={setCountInCycle} />
      <FormError error={create.error} />
    </form>
  );
}
