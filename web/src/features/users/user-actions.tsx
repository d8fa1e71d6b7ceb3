import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useReset } from '../../api/resets.ts';
import { useIsOwner, useMayWrite } from '../../api/session.tsx';
import type { User } from '../../api/types.ts';
import { DeleteForm } from '../../components/delete-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Menu, MenuLabel } from '../../components/menu.tsx';
import { ResetForm } from '../../components/reset-form.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useDeleteUser, useSuspend } from './api.ts';
import { EditUserForm } from './edit-user-form.tsx';
import { QuotaForm } from './quota-form.tsx';
import { TopUpForm } from './top-up-form.tsx';

type Opened = 'edit' | 'quota' | 'top-up' | 'plan-reset' | 'delete';

/** What can be done with a user; everything but deleting can be undone. */
export function UserActions({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const mayWrite = useMayWrite();
  const isOwner = useIsOwner();
  const reset = useReset();
  const suspend = useSuspend(user);
  const remove = useDeleteUser(user.id);
  const [opened, setOpened] = useState<Opened | null>(null);
  if (!mayWrite || user.deletedAt !== null) return null;
  const close = () => setOpened(null);
  const entry = (key: Opened, icon: 'clock' | 'edit' | 'limit' | 'plus' | 'trash', text: string, bad = false) => ({
    key,
    label: <MenuLabel icon={icon} text={text} />,
    bad,
    onPick: () => setOpened(key),
  });
  const dialog = (which: Opened, title: string, content: ReactNode) => (
    <Dialog title={title} open={opened === which} onClose={close}>
      {content}
    </Dialog>
  );
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
          entry('quota', 'limit', t('users.entitle.title')),
          ...(user.entitlement && user.entitlement.quotas.length > 0
            ? [entry('top-up', 'plus', t('users.topUp.title'))]
            : []),
          entry('plan-reset', 'clock', t('users.planReset')),
          {
            key: 'suspend',
            label: <MenuLabel icon="key" text={t(user.active ? 'users.suspend' : 'users.restore')} />,
            onPick: () => suspend.mutate(!user.active),
          },
          ...(isOwner
            ? [
                {
                  key: 'correct',
                  label: <MenuLabel icon="reset" text={t('users.correct')} />,
                  onPick: () => void navigate({ to: '/corrections', search: { user: user.name } }),
                },
              ]
            : []),
          entry('edit', 'edit', t('users.edit')),
          entry('delete', 'trash', t('users.delete'), true),
        ]}
      />
      {dialog('edit', t('users.edit'), <EditUserForm user={user} onDone={close} />)}
      {dialog('quota', t('users.entitle.titleOf', { name: user.name }), <QuotaForm user={user} onDone={close} />)}
      {dialog('top-up', t('users.topUp.titleOf', { name: user.name }), <TopUpForm user={user} onDone={close} />)}
      {dialog(
        'plan-reset',
        t('common.reset.titleOf', { name: user.name }),
        <ResetForm request={{ scope: 'user', userIds: [user.id] }} name={user.name} when="later" onDone={close} />,
      )}
      {dialog(
        'delete',
        t('users.deleteName', { name: user.name }),
        <DeleteForm
          what={t('users.deleteWhat')}
          label={t('users.deleteName', { name: user.name })}
          remove={remove}
          onCancel={close}
          onDone={() => void navigate({ to: '/users' })}
        />,
      )}
    </div>
  );
}
