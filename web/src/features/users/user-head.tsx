import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMayWrite } from '../../api/session.ts';
import type { User } from '../../api/types.ts';
import { Hint } from '../../components/answer.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Menu, MenuLabel } from '../../components/menu.tsx';
import { Bytes, TrafficDirections } from '../../components/numbers.tsx';
import { useReset } from '../../components/use-reset.ts';
import { useFormat } from '../../lib/use-format.ts';
import { useDeleteUser, userCyclesQuery } from './api.ts';
import { EditUserForm } from './edit-user-form.tsx';
import { UserState } from './users-table.tsx';

/** Who it is, what they used since the last reset, and what can be done. */
export function UserHead({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const format = useFormat();
  const facts = [
    user.telegramId ? `Telegram ${user.telegramId}` : null,
    user.owner ? t('users.ownedBy', { name: user.owner.name }) : null,
    t('users.sinceDay', { day: format.day(user.createdAt) }),
  ].filter((fact) => fact !== null);
  return (
    <section className="card" aria-label={user.name}>
      <div className="pad uhead">
        <div className="idrow">
          <span className="avatar xl" aria-hidden="true">
            {user.name.slice(0, 1).toUpperCase()}
          </span>
          <div>
            <h2 className="uname">{user.name}</h2>
            <span className="mut">{facts.join(' · ')}</span>
          </div>
        </div>
        <div className="uuse">
          <div className="row2">
            <span className="row2s">
              <Bytes big value={user.traffic.totalBytes} />
              <Hint>{t('users.usageMeans')}</Hint>
            </span>
            <UserState user={user} pill />
          </div>
          <div className="row2 cap">
            <span className="row2s">
              <TrafficDirections traffic={user.traffic} />
            </span>
            <ThisCycle user={user} />
          </div>
        </div>
        <Actions user={user} />
      </div>
      {user.note ? <footer>{user.note}</footer> : null}
    </section>
  );
}

/** What the running cycle holds, and when the next one begins. */
function ThisCycle({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const format = useFormat();
  const cycles = useQuery(userCyclesQuery(user.id)).data;
  const running = cycles?.items.find((cycle) => cycle.running);
  if (!running) return <span>&nbsp;</span>;
  return (
    <span>
      {t('users.inCycle', { bytes: format.bytesText(running.inCycle.totalBytes), from: format.day(running.from) })}
      {cycles?.resetsAt ? ` · ${t('users.nextCycle', { day: format.day(cycles.resetsAt) })}` : ''}
    </span>
  );
}

function Actions({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const mayWrite = useMayWrite();
  const reset = useReset();
  const [editing, setEditing] = useState(false);
  const [deleting, setDeleting] = useState(false);
  if (!mayWrite || user.deletedAt !== null) return null;
  return (
    <div className="uact">
      <button
        type="button"
        className="btn"
        disabled={reset.isPending}
        onClick={() => reset.mutate({ scope: 'user', userIds: [user.id], name: user.name })}
      >
        <Icon name="reset" />
        {t('users.reset')}
      </button>
      <Menu
        label={t('common.more')}
        trigger={
          <button type="button" className="btn quiet icon" aria-label={t('common.more')}>
            <Icon name="more" />
          </button>
        }
        items={[
          { key: 'edit', label: <MenuLabel icon="edit" text={t('users.edit')} />, onPick: () => setEditing(true) },
          {
            key: 'delete',
            label: <MenuLabel icon="trash" text={t('users.delete')} />,
            bad: true,
            onPick: () => setDeleting(true),
          },
        ]}
      />
      <Dialog title={t('users.edit')} open={editing} onClose={() => setEditing(false)}>
        <EditUserForm user={user} onDone={() => setEditing(false)} />
      </Dialog>
      <DeleteDialog user={user} open={deleting} onClose={() => setDeleting(false)} />
    </div>
  );
}

interface DeleteDialogProps {
  readonly user: User;
  readonly open: boolean;
  readonly onClose: () => void;
}

function DeleteDialog({ user, open, onClose }: DeleteDialogProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const remove = useDeleteUser(user.id);
  return (
    <Dialog title={t('users.deleteName', { name: user.name })} open={open} onClose={onClose}>
      <p>{t('users.deleteWhat')}</p>
      <div className="row-end">
        <button type="button" className="btn" onClick={onClose}>
          {t('common.cancel')}
        </button>
        <button
          type="button"
          className="btn danger"
          disabled={remove.isPending}
          onClick={() => remove.mutate(undefined, { onSuccess: () => void navigate({ to: '/users' }) })}
        >
          {t('users.deleteName', { name: user.name })}
        </button>
      </div>
    </Dialog>
  );
}
