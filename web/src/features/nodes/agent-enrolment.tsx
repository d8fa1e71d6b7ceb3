import { Failure } from '../../components/block.tsx';
import { Paste } from '../../components/copy.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useEnrolAgent } from './api.ts';

/** What puts an agent on a node: asked for, since each time ends the token before. */
export function AgentEnrolment({ nodeId }: { readonly nodeId: string }) {
  const { t } = useTranslation();
  const enrol = useEnrolAgent(nodeId);
  return (
    <div className="stack">
      <p>{t('nodes.added.enrolWhy')}</p>
      {enrol.error ? <Failure error={enrol.error} /> : null}
      {enrol.data ? (
        <Paste label={t('nodes.added.enrolLines')} lines={['set -e', ...enrol.data.commands].join('\n')} />
      ) : (
        <div className="row2s">
          <button type="button" className="btn primary" disabled={enrol.isPending} onClick={() => enrol.mutate()}>
            {t('nodes.added.enrolNow')}
          </button>
        </div>
      )}
    </div>
  );
}
