import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useIsOwner } from '../../api/session.ts';
import type { Node } from '../../api/types.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Menu, MenuLabel } from '../../components/menu.tsx';
import { useDeleteNode, usePollNode } from './api.ts';
import { EditNodeForm } from './edit-node-form.tsx';

/** Read now, edit, delete. */
export function NodeActions({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const poll = usePollNode(node.id);
  const [dialog, setDialog] = useState<'edit' | 'delete' | null>(null);
  if (!owner) return null;
  return (
    <div className="uact">
      <button type="button" className="btn" disabled={poll.isPending} onClick={() => poll.mutate()}>
        <Icon name="reset" className={poll.isPending ? 'turning' : ''} />
        {t('nodes.readNow')}
      </button>
      <Menu
        label={t('common.more')}
        trigger={
          <button type="button" className="btn quiet icon" aria-label={t('common.more')}>
            <Icon name="more" />
          </button>
        }
        items={[
          { key: 'edit', label: <MenuLabel icon="edit" text={t('nodes.edit')} />, onPick: () => setDialog('edit') },
          {
            key: 'delete',
            label: <MenuLabel icon="trash" text={t('nodes.delete')} />,
            bad: true,
            onPick: () => setDialog('delete'),
          },
        ]}
      />
      <Dialog title={t('nodes.edit')} open={dialog === 'edit'} onClose={() => setDialog(null)}>
        <EditNodeForm node={node} onDone={() => setDialog(null)} />
      </Dialog>
      <Dialog
        title={t('nodes.deleteName', { name: node.name })}
        open={dialog === 'delete'}
        onClose={() => setDialog(null)}
      >
        <DeleteForm node={node} onDone={() => setDialog(null)} />
      </Dialog>
    </div>
  );
}

function DeleteForm({ node, onDone }: { readonly node: Node; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const remove = useDeleteNode(node.id);
  return (
    <>
      <p>{t('nodes.deleteWhat')}</p>
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button
          type="button"
          className="btn danger"
          disabled={remove.isPending}
          onClick={() => remove.mutate(undefined, { onSuccess: () => void navigate({ to: '/nodes' }) })}
        >
          {t('nodes.deleteName', { name: node.name })}
        </button>
      </div>
    </>
  );
}
