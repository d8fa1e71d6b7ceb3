import type { NodeTest, Way } from '../../api/types.ts';
import { Failure } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Paste } from '../../components/copy.tsx';
import { Bytes } from '../../components/numbers.tsx';
import { ProtocolBadge } from '../../components/protocol-badge.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { Problems } from './problems.tsx';
import { TestSteps } from './test-steps.tsx';

interface TestResultProps {
  readonly way: Way;
  readonly test: { readonly data: NodeTest | undefined; readonly error: Error | null; readonly isPending: boolean };
}

/** What the panel saw when it tried to read, or what stands in its way with lines to paste. */
export function TestResult({ way, test }: TestResultProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card
      title={t('nodes.test.title')}
      hint={t(`nodes.test.before.${way}`)}
      span={5}
      className="from-top"
      sub={test.data ? `${format.count(test.data.durationMs)} ${t('common.unit.ms')}` : undefined}
    >
      <div role="status" className="stack">
        {test.isPending ? <SkeletonLines lines={4} /> : null}
        {test.error ? <Failure error={test.error} /> : null}
        {test.data ? <Outcome test={test.data} /> : null}
        {!test.isPending && !test.error && !test.data ? (
          <div className="pad row-text">
            <p>{t(`nodes.test.before.${way}`)}</p>
          </div>
        ) : null}
      </div>
    </Card>
  );
}

function Outcome({ test }: { readonly test: NodeTest }) {
  const { t } = useTranslation();
  return (
    <>
      <TestSteps test={{ data: test, isFetching: false }} />
      <div className="pad stack">
        <State of={test.ok ? 'up' : 'down'} pill>
          {t(test.ok ? 'nodes.test.ok' : 'nodes.test.notOk')}
        </State>
        {test.found ? <Found found={test.found} /> : null}
        {(test.found?.notes ?? []).map(({ message, hint }) => (
          <p key={message} className="note">
            {message} {hint}
          </p>
        ))}
        {test.hostKey ? <Paste label={t('nodes.test.hostKey')} lines={test.hostKey} /> : null}
      </div>
      {test.problems.length > 0 ? <Problems problems={test.problems} /> : null}
      {test.setup && !test.ok ? (
        <div className="pad stack">
          <p>{t('nodes.test.setup')}</p>
          <Paste label={t('nodes.test.commands')} lines={test.setup.commands.join('\n')} />
          {test.setup.authorizedKeys ? (
            <Paste label={t('nodes.test.authorizedKeys')} lines={test.setup.authorizedKeys} />
          ) : null}
          {test.setup.wrapper ? (
            <details className="more">
              <summary>{t('nodes.test.wrapper', { path: test.setup.wrapper.path })}</summary>
              <Paste lines={test.setup.wrapper.content} />
            </details>
          ) : null}
        </div>
      ) : null}
    </>
  );
}

function Found({ found }: { readonly found: NonNullable<NodeTest['found']> }) {
  const { t } = useTranslation();
  return (
    <dl className="kv box">
      {found.version ? (
        <div className="kv-row">
          <dt>{t('nodes.test.version')}</dt>
          <dd>{found.version}</dd>
        </div>
      ) : null}
      {found.services.map((service) => (
        <div key={service.name} className="kv-row">
          <dt>
            {service.name} <ProtocolBadge protocol={service.kind} />
          </dt>
          <dd>
            {t('nodes.test.peers', { count: service.peers })}
            {service.listenPort ? ` · :${service.listenPort}` : ''}
          </dd>
        </div>
      ))}
      <div className="kv-row">
        <dt>{t('nodes.test.shows')}</dt>
        <dd>
          <Bytes value={found.bytes.totalBytes} />
        </dd>
      </div>
    </dl>
  );
}
