import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useIsOwner } from '../../api/session.tsx';
import type { Node } from '../../api/types.ts';
import { DeleteForm } from '../../components/delete-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Menu, MenuLabel } from '../../components/menu.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useDeleteNode, usePollNode } from './api.ts';
import { EditNodeForm } from './edit-node-form.tsx';

/** Read now, edit, delete. */
export function NodeActions({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const navigate = useNavigate();
  const poll = usePollNode(node.id);
  const remove = useDeleteNode(node.id);
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
        <DeleteForm
          what={t('nodes.deleteWhat')}
          label={t('nodes.deleteName', { name: node.name })}
          remove={remove}
          onCancel={() => setDialog(null)}
          onDone={() => void navigate({ to: '/nodes' })}
        />
      </Dialog>
    </div>
  );
}
