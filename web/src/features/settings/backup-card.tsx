import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { address } from '../../api/client.ts';
import { settingsQuery } from '../../api/resources.ts';
import type { Settings } from '../../api/types.ts';
import { Block, Failure } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Paste } from '../../components/copy.tsx';
import { FormError } from '../../components/form.tsx';
import { Bytes } from '../../components/numbers.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { backupsQuery, useBackup, useSetBackupSchedule } from './api.ts';

const SHOWN = 5;

/** Verified copies of the ledger, written while everything goes on: now, and by a schedule. */
export function BackupCard() {
  const { t } = useTranslation();
  const backup = useBackup();
  const settings = useQuery(settingsQuery);
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
        <Backups />
        {settings.data ? <Schedule schedule={settings.data.backup} /> : null}
      </div>
    </Card>
  );
}

function Backups() {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Block query={useQuery(backupsQuery)} skeleton={<SkeletonLines lines={2} />}>
      {(backups) => (
        <ul className="stack">
          {backups.slice(0, SHOWN).map(({ name, at, bytes, automatic }) => (
            <li key={name} className="row2s">
              <a href={address(`api/v1/backups/${name}`)} download={name}>
                {format.instant(at)}
              </a>
              <Bytes value={bytes} />
              <span className="mut">{t(automatic ? 'settings.backup.automatic' : 'settings.backup.byHand')}</span>
            </li>
          ))}
        </ul>
      )}
    </Block>
  );
}

function Schedule({ schedule }: { readonly schedule: Settings['backup'] }) {
  const { t } = useTranslation();
  const [every, setEvery] = useState(String(schedule.everyHours));
  const [keep, setKeep] = useState(String(schedule.keep));
  const save = useSetBackupSchedule();
  const wanted = { everyHours: /^\d{1,4}$/.test(every) ? Number(every) : -1, keep: Number(keep) };
  const isRight = wanted.everyHours >= 0 && /^[1-9]\d{0,2}$/.test(keep);
  const isChanged = wanted.everyHours !== schedule.everyHours || wanted.keep !== schedule.keep;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (isRight) save.mutate(wanted);
      }}
    >
      <label className="sentence">
        {t('settings.backup.every')}
        <input className="field days" inputMode="numeric" value={every} onChange={(e) => setEvery(e.target.value)} />
        {t('settings.backup.hours')}
      </label>
      <label className="sentence">
        {t('settings.backup.keep')}
        <input className="field days" inputMode="numeric" value={keep} onChange={(e) => setKeep(e.target.value)} />
        {t('settings.backup.copies')}
      </label>
      <div>
        <button type="submit" className="btn" disabled={!isRight || !isChanged || save.isPending}>
          {t('common.save')}
        </button>
      </div>
      <FormError error={save.error} />
    </form>
  );
}
