import { useState } from 'react';
import type { Service } from '../../api/types.ts';
import { Form, FormError } from '../../components/form.tsx';
import { Select } from '../../components/select.tsx';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useSaid } from '../../lib/use-said.ts';
import { type ProbeSetting, type ProbeTrial, useSetProbe, useTryProbe } from './api.ts';
import { PROBE_FIELDS, type ProbeDraft, ProbeFields } from './probe-fields.tsx';

const KINDS = ['automatic', 'polls', 'tls', 'tcp', 'ping'] as const;
const SHAPES = { answered: 'up', flawed: 'degraded', silent: 'down', impossible: 'unknown' } as const;

/** How it is known whether people can use a service; tried before it is kept. */
export function ProbeForm({ service, onDone }: { readonly service: Service; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<ProbeDraft>(() => draftOf(service));
  const set = useSetProbe(service.id);
  const attempt = useTryProbe(service.id);
  const error = set.error ?? attempt.error;
  const change = (part: Partial<ProbeDraft>) => setDraft({ ...draft, ...part });
  return (
    <Form onSubmit={() => set.mutate(settingOf(draft), { onSuccess: onDone })}>
      <Select<ProbeDraft['kind']>
        label={t('services.knownBy')}
        value={draft.kind}
        options={KINDS.map((value) => ({ value, label: t(`services.probe.${value}`) }))}
        onChange={(kind) => change({ kind })}
      />
      <p className="mut">{t(`services.probeWhat.${draft.kind}`)}</p>
      {isSending(draft) ? (
        <ProbeFields draft={draft} onChange={change} error={error} listenPort={service.listenPort} />
      ) : null}
      {attempt.data ? <Trial trial={attempt.data} /> : null}
      <FormError error={error} fields={PROBE_FIELDS} />
      <div className="row-end">
        <button
          type="button"
          className="btn"
          disabled={attempt.isPending}
          onClick={() => attempt.mutate(settingOf(draft))}
        >
          {t(attempt.isPending ? 'services.testing' : 'services.test')}
        </button>
        <button type="submit" className="btn primary" disabled={set.isPending}>
          {t('common.save')}
        </button>
      </div>
    </Form>
  );
}

/** What was set; of a guess nothing is taken over, so that it can change with its node. */
function draftOf({ isProbeSet, probe }: Service): ProbeDraft {
  const { anyCertificate, privateAddresses } = probe;
  if (!isProbeSet) {
    return { kind: 'automatic', host: '', port: '', serverName: '', seconds: '60', anyCertificate, privateAddresses };
  }
  return {
    ...{ kind: probe.kind, host: probe.host ?? '', port: String(probe.port ?? ''), serverName: probe.serverName ?? '' },
    ...{ seconds: String(probe.intervalSeconds), anyCertificate, privateAddresses },
  };
}

function isSending({ kind }: ProbeDraft): boolean {
  return kind !== 'automatic' && kind !== 'polls';
}

/** Fields that are left empty are guessed by the server. */
function settingOf(draft: ProbeDraft): ProbeSetting {
  const { kind, privateAddresses, anyCertificate } = draft;
  if (!isSending(draft)) return { kind };
  const host = draft.host.trim();
  const serverName = draft.serverName.trim();
  return {
    ...{ kind, privateAddresses, intervalSeconds: Number(draft.seconds) },
    ...(host === '' ? {} : { host }),
    ...(kind === 'ping' || draft.port === '' ? {} : { port: Number(draft.port) }),
    ...(kind === 'tls' ? { anyCertificate, ...(serverName === '' ? {} : { serverName }) } : {}),
  };
}

/** What came back, in plain words. */
function Trial({ trial }: { readonly trial: ProbeTrial }) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = useSaid();
  const { probe, result } = trial;
  if (result === null) return <p role="status">{t('services.nothingSent')}</p>;
  const where = [probe.host, probe.port].filter((part) => part !== null).join(':');
  const reason = result.reason ? said(result.reason) : null;
  return (
    <div className="row-text" role="status">
      <p className="row2s">
        <State of={SHAPES[result.outcome]} pill>
          {t(`services.outcome.${result.outcome}`)}
        </State>
        <bdi className="mut">
          {where}
          {result.latencyMs === null ? '' : ` · ${format.count(Math.round(result.latencyMs))} ${t('common.unit.ms')}`}
        </bdi>
      </p>
      {reason ? (
        <p>
          {reason.message} {reason.hint}
        </p>
      ) : null}
    </div>
  );
}
