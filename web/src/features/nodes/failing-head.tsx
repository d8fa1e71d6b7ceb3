import type { Node } from '../../api/types.ts';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { silentSince } from '../../lib/node-state.ts';
import { useFormat } from '../../lib/use-format.ts';
import { useNow } from '../../lib/use-now.ts';
import { useSaid } from '../../lib/use-said.ts';
import { NodeActions } from './node-actions.tsx';
import { NodeTags } from './node-tags.tsx';

/** A node that cannot be read: since when, and what that means for the numbers. */
export function FailingHead({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = useSaid();
  const now = useNow(5_000);
  const since = silentSince(node);
  const at = since === null ? null : format.time(since);
  return (
    <section className="card" aria-label={node.name}>
      <div className="pad nhead">
        <div className="ntext">
          <div className="row2s">
            <h2 className="uname">{node.name}</h2>
            <State of={node.state} pill>
              {since === null
                ? t('nodes.failing.never')
                : t('nodes.failing.for', { duration: format.duration(now - Date.parse(since)) })}
            </State>
            <NodeTags tags={node.tags} />
          </div>
          <p>
            {node.reason ? said(node.reason).message : null} {t('nodes.failing.vpnUnknown')}
          </p>
        </div>
        <NodeActions node={node} />
      </div>
      <div className="mean">
        <div>
          <span className="sect">{t('nodes.failing.numbers')}</span>
          <p>
            {at === null ? t('nodes.failing.numbersNever') : t('nodes.failing.numbersSince', { name: node.name, at })}
          </p>
        </div>
        <div>
          <span className="sect">{t('nodes.failing.quotas')}</span>
          <p>{t('nodes.failing.quotasWhat', { count: node.peers.total })}</p>
        </div>
        <div>
          <span className="sect">{t('nodes.failing.restart')}</span>
          <p>{at === null ? t('nodes.failing.restartNever') : t('nodes.failing.restartSince', { at })}</p>
        </div>
      </div>
    </section>
  );
}
