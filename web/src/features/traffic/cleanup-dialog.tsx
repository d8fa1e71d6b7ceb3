import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Block } from '../../components/block.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Bytes, Count } from '../../components/numbers.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import {
  type Cleanup,
  type CleanupJob,
  cleanupJobQuery,
  cleanupPreviewQuery,
  databaseQuery,
  useCancelCleanup,
  useCleanup,
  useCleanupEnd,
} from './api.ts';

const FIRST_DAYS = '90';

interface CleanupDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

/** The only thing here that cannot be undone: numbers first, then a typed word. */
export function CleanupDialog({ open, onClose }: CleanupDialogProps) {
  const { t } = useTranslation();
  const { data: job } = useQuery(cleanupJobQuery);
  useCleanupEnd(job);
  return (
    <Dialog title={t('traffic.cleanup.title')} open={open} onClose={onClose}>
      {job && job.endedAt === null ? <CleanupProgress job={job} /> : <CleanupForm />}
    </Dialog>
  );
}

/** It goes on whether somebody looks or not. */
function CleanupProgress({ job }: { readonly job: CleanupJob }) {
  const { t } = useTranslation();
  const format = useFormat();
  const cancel = useCancelCleanup();
  return (
    <div className="stack">
      <p className="row-text" role="status">
        {job.state === 'proving'
          ? t('traffic.cleanup.proving')
          : t('traffic.cleanup.removing', { deleted: format.count(job.deleted), records: format.count(job.rows) })}
      </p>
      <progress max={Math.max(1, job.rows)} value={job.state === 'proving' ? undefined : job.deleted} />
      <div>
        <button type="button" className="btn" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
          {t('common.cancel')}
        </button>
      </div>
    </div>
  );
}

function CleanupForm() {
  const { t } = useTranslation();
  const format = useFormat();
  const [text, setText] = useState(FIRST_DAYS);
  const [typed, setTyped] = useState('');
  const days = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  const preview = useQuery({ ...cleanupPreviewQuery(days), enabled: days >= 1 });
  const cleanup = useCleanup();
  const rows = preview.data?.rows ?? 0;
  const word = t('traffic.cleanup.word');
  const ready = days >= 1 && rows > 0 && typed.trim().toLowerCase() === word && !cleanup.isPending;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) cleanup.mutate(days);
      }}
    >
      <label className="sentence">
        {t('traffic.cleanup.olderThan')}
        <input
          className="field days"
          inputMode="numeric"
          value={text}
          aria-invalid={days < 1}
          onChange={(event) => setText(event.target.value)}
        />
        {t('traffic.cleanup.days', { count: days })}
      </label>
      {days < 1 ? (
        <p className="note bad">{t('traffic.cleanup.atLeastOne')}</p>
      ) : (
        <Block query={preview} skeleton={<SkeletonLines lines={4} />}>
          {(cleanup) => <Preview cleanup={cleanup} />}
        </Block>
      )}
      <p className="mut small">{t('traffic.cleanup.forGood')}</p>
      <div className="row2s">
        <input
          className="field grow"
          placeholder={t('traffic.cleanup.type', { word })}
          aria-label={t('traffic.cleanup.type', { word })}
          value={typed}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit" className="btn danger" disabled={!ready}>
          {t('traffic.cleanup.do', { count: rows, records: format.count(rows) })}
        </button>
      </div>
    </form>
  );
}

function Preview({ cleanup }: { readonly cleanup: Cleanup }) {
  const { t } = useTranslation();
  const format = useFormat();
  const all = useQuery(databaseQuery).data?.records;
  return (
    <dl className="kv box">
      <dt>{t('traffic.cleanup.rows')}</dt>
      <dd>
        <Count value={cleanup.rows} />{' '}
        {all === undefined ? null : (
          <span className="mut">{t('traffic.cleanup.ofAll', { records: format.count(all) })}</span>
        )}
      </dd>
      <dt>{t('traffic.cleanup.keepsFrom')}</dt>
      <dd>{format.instant(cleanup.keepsFrom)}</dd>
      <dt>{t('traffic.cleanup.freed')}</dt>
      <dd>
        <Bytes value={cleanup.bytesFreed} />
      </dd>
      <dt>{t('traffic.cleanup.stays')}</dt>
      <dd>{t('traffic.cleanup.staysWhat')}</dd>
    </dl>
  );
}
