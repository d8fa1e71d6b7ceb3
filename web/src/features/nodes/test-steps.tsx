import type { NodeTest } from '../../api/types.ts';
import { Unknown } from '../../components/numbers.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useSaid } from '../../lib/use-said.ts';

type Step = NodeTest['steps'][number];
const STATES = { done: 'up', failed: 'down', 'not-tried': 'unknown' } as const;

interface TestStepsProps {
  readonly test: { readonly data: NodeTest | undefined; readonly isFetching: boolean };
}

/** The way to the counters, step by step, with what each of them found and how long it took. */
export function TestSteps({ test }: TestStepsProps) {
  const { t } = useTranslation();
  if (!test.data && !test.isFetching) return null;
  return (
    <table className="steps" aria-label={t('nodes.steps.title')} aria-busy={test.isFetching || undefined}>
      <tbody>
        {test.isFetching ? (
          <SkeletonRows rows={3} columns={[72, 140, -40]} />
        ) : (
          test.data?.steps.map((step) => <Row key={step.step} step={step} />)
        )}
      </tbody>
    </table>
  );
}

function Row({ step }: { readonly step: Step }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <tr className={step.outcome === 'failed' ? 'bad' : undefined}>
      <td>
        <State of={STATES[step.outcome]}>{t(`nodes.steps.name.${step.step}`)}</State>
      </td>
      <td className="words" title={step.reason?.message}>
        <Outcome step={step} />
      </td>
      <td className="r">
        {step.durationMs === null ? (
          <Unknown reason={t('nodes.steps.notTried')} />
        ) : (
          <span className="num">
            {format.count(step.durationMs)}
            <span className="u">{t('common.unit.ms')}</span>
          </span>
        )}
      </td>
    </tr>
  );
}

function Outcome({ step: { step, outcome, detail, reason } }: { readonly step: Step }) {
  const { t } = useTranslation();
  const said = useSaid();
  if (outcome === 'not-tried') return <span className="mut">{t('nodes.steps.notTried')}</span>;
  if (reason) return said(reason).message;
  if (step === 'read')
    return detail === null ? t('nodes.steps.read') : t('nodes.test.peers', { count: Number(detail) });
  return <bdi dir="ltr">{detail}</bdi>;
}
