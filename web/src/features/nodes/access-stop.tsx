import { useState } from 'react';
import { type NodeAccess, useSetMode } from '../../api/access.ts';
import { Switch } from '../../components/switch.tsx';
import { useTranslation } from '../../i18n/words.tsx';

/** Back to reading; with or without what Xpert took there. */
export function AccessStop({ access, onDone }: { readonly access: NodeAccess; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const set = useSetMode(access.nodeId);
  const [giveBack, setGiveBack] = useState(true);
  return (
    <>
      <p>{t('nodes.access.stopWhat')}</p>
      <div className="row2">
        <span>{t('nodes.access.giveBack', { count: access.suspended })}</span>
        <Switch label={t('nodes.access.giveBackShort')} checked={giveBack} onChange={setGiveBack} />
      </div>
      {giveBack ? null : <p className="warned">{t('nodes.access.keepOut')}</p>}
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button
          type="button"
          className="btn primary"
          disabled={set.isPending}
          onClick={() => set.mutate({ mode: 'read-only', giveBack }, { onSuccess: onDone })}
        >
          {t('nodes.access.stop')}
        </button>
      </div>
    </>
  );
}
