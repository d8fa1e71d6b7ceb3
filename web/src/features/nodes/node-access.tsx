import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  type NodeAccess as Access,
  accessItemsQuery,
  accessStateQuery,
  nodeAccessQuery,
  usePauseAccess,
} from '../../api/access.ts';
import { useIsOwner, useSeesAll } from '../../api/session.tsx';
import type { Node } from '../../api/types.ts';
import { AccessTable } from '../../components/access-table.tsx';
import { Block } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Menu, MenuLabel } from '../../components/menu.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { AccessFuseForm } from './access-fuse-form.tsx';
import { AccessPreviewPanel } from './access-preview.tsx';
import { AccessStanding } from './access-standing.tsx';
import { AccessStop } from './access-stop.tsx';

type Opened = 'preview' | 'stop' | 'fuse';

/** Whether Xpert may take access on this node, whom it keeps out, and what stands in its way. */
export function NodeAccess({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const seesAll = useSeesAll();
  const access = useQuery({ ...nodeAccessQuery(node.id), enabled: seesAll });
  const [opened, setOpened] = useState<Opened | null>(null);
  if (!seesAll) return null;
  const close = () => setOpened(null);
  return (
    <Card
      title={t('nodes.access.title')}
      hint={t('nodes.access.means')}
      actions={access.data ? <Actions access={access.data} onOpen={setOpened} /> : undefined}
      className="access"
    >
      <Block query={access} skeleton={<SkeletonLines lines={3} />}>
        {(data) => (
          <>
            <AccessStanding node={node} access={data} onLook={() => setOpened('preview')} />
            <AccessPeers node={node} />
            <Dialog
              title={t('nodes.access.previewOf', { name: node.name })}
              open={opened === 'preview'}
              onClose={close}
              wide
            >
              <AccessPreviewPanel access={data} onDone={close} />
            </Dialog>
            <Dialog title={t('nodes.access.stopOf', { name: node.name })} open={opened === 'stop'} onClose={close}>
              <AccessStop access={data} onDone={close} />
            </Dialog>
          </>
        )}
      </Block>
      <Dialog title={t('nodes.access.fuse')} open={opened === 'fuse'} onClose={close}>
        <AccessFuseForm onDone={close} />
      </Dialog>
    </Card>
  );
}

function Actions({ access, onOpen }: { readonly access: Access; readonly onOpen: (which: Opened) => void }) {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const state = useQuery(accessStateQuery).data;
  const pause = usePauseAccess();
  if (!owner) return null;
  const isPaused = state?.standstill?.reason === 'by-hand';
  return (
    <>
      {access.can ? (
        <button type="button" className="btn" onClick={() => onOpen('preview')}>
          {t('nodes.access.preview')}
        </button>
      ) : null}
      <Menu
        label={t('nodes.access.more')}
        trigger={
          <button type="button" className="btn quiet icon" aria-label={t('nodes.access.more')}>
            <Icon name="more" />
          </button>
        }
        items={[
          ...(access.mode === 'enforce'
            ? [
                {
                  key: 'stop',
                  label: <MenuLabel icon="close" text={t('nodes.access.stop')} />,
                  onPick: () => onOpen('stop'),
                },
              ]
            : []),
          {
            key: 'pause',
            label: <MenuLabel icon="clock" text={t(isPaused ? 'common.access.goOn' : 'nodes.access.pauseAll')} />,
            onPick: () => pause.mutate(isPaused ? 'resume' : 'pause'),
          },
          {
            key: 'fuse',
            label: <MenuLabel icon="limit" text={t('nodes.access.fuse')} />,
            onPick: () => onOpen('fuse'),
          },
        ]}
      />
    </>
  );
}

/** Peers whose access is to be off there, or that Xpert suspended; nobody: nothing is shown. */
function AccessPeers({ node }: { readonly node: Node }) {
  const items = useQuery(accessItemsQuery({ node: node.id })).data?.items ?? [];
  return items.length === 0 ? null : <AccessTable items={items} first="user" />;
}
