import { useTranslation } from 'react-i18next';
import { Failure } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Paste } from '../../components/copy.tsx';
import { useBackup } from './api.ts';

/** A verified copy of the ledger, written while everything goes on. */
export function BackupCard() {
  const { t } = useTranslation();
  const backup = useBackup();
  return (
    <Card title={t('settings.backup.title')} hint={t('settings.backup.means')}>
      <div className="pad stack">
        <p className="row-text">{t('settings.backup.what')}</p>
        <div>
          <button type="button" className="btn" disabled={backup.isPending} onClick={() => backup.mutate(undefined)}>
            {t(backup.isPending ? 'settings.backup.writing' : 'settings.backup.do')}
          </button>
        </div>
        {backup.data ? <Paste label={t('settings.backup.where')} lines={backup.data.path} /> : null}
        {backup.error ? <Failure error={backup.error} /> : null}
      </div>
    </Card>
  );
}
