import { type NodeAccess, useConfirmCuts } from '../../api/access.ts';
import { useIsOwner } from '../../api/session.tsx';
import type { Node } from '../../api/types.ts';
import { Notice } from '../../components/notice.tsx';
import { Count } from '../../components/numbers.tsx';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useSaid } from '../../lib/use-said.ts';
import { AccessSetup } from './access-setup.tsx';

interface AccessStandingProps {
  readonly node: Node;
  readonly access: NodeAccess;
  readonly onLook: () => void;
}

/** The mode in words, how many are kept out, and the fuse or failure that holds the rest. */
export function AccessStanding({ node, access, onLook }: AccessStandingProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = useSaid();
  const { mode, can, cannot, fuse, problem } = access;
  return (
    <div className="pad stack">
      <p className="row2s">
        <State of={mode === 'enforce' ? 'up' : 'unknown'} pill>
          {t(`nodes.access.mode.${mode}`)}
        </State>
        <span>{t(`nodes.access.modeWhat.${mode}`)}</span>
      </p>
      {can ? (
        <p className="mut">
          {t(`nodes.access.sessions.${can.liveSessions}`)} {t('nodes.access.how')} <Means can={can} />
        </p>
      ) : null}
      {cannot ? (
        <>
          <p className={mode === 'enforce' ? 'warned' : 'mut'}>
            {said(cannot).message} {said(cannot).hint}
          </p>
          <AccessSetup node={node} />
        </>
      ) : null}
      {mode === 'enforce' ? (
        <dl className="kv box">
          <Figure label={t('nodes.access.suspended')} value={access.suspended} />
          <Figure label={t('nodes.access.waiting')} value={access.waiting} />
          <Figure label={t('nodes.access.failing')} value={access.failing} />
        </dl>
      ) : null}
      {fuse ? <Blown node={node} fuse={fuse} onLook={onLook} /> : null}
      {problem ? (
        <p className="warned">
          {said(problem).message} {said(problem).hint} {t('nodes.access.again', { at: format.time(problem.retryAt) })}
        </p>
      ) : null}
    </div>
  );
}

/** What suspending is there, and what to know before. */
function Means({ can: { code, means, caveats } }: { readonly can: NonNullable<NodeAccess['can']> }) {
  const { message, hint } = useSaid()({ code, message: `${means}.`, hint: caveats.join(' ') });
  return (
    <>
      {message} {hint}
    </>
  );
}

function Figure({ label, value }: { readonly label: string; readonly value: number }) {
  return (
    <div className="kv-row">
      <dt>{label}</dt>
      <dd>
        <Count value={value} />
      </dd>
    </div>
  );
}

interface BlownProps {
  readonly node: Node;
  readonly fuse: NonNullable<NodeAccess['fuse']>;
  readonly onLook: () => void;
}

/** Too many at once: somebody has to look, and to say so. */
function Blown({ node, fuse, onLook }: BlownProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const owner = useIsOwner();
  const confirm = useConfirmCuts(node.id);
  return (
    <Notice
      kind="degraded"
      title={t('common.access.blown', { name: node.name, count: fuse.cuts })}
      action={
        owner ? (
          <span className="row2s">
            <button type="button" className="btn" onClick={onLook}>
              {t('nodes.access.preview')}
            </button>
            <button
              type="button"
              className="btn danger"
              disabled={confirm.isPending}
              onClick={() => confirm.mutate(fuse.cuts)}
            >
              {t('nodes.access.confirm', { count: fuse.cuts })}
            </button>
          </span>
        ) : undefined
      }
    >
      {t('common.access.blownWhat', { allowed: format.count(fuse.allowed), at: format.instant(fuse.since) })}
    </Notice>
  );
}
