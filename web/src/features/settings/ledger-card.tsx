import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { settingsQuery } from '../../api/resources.ts';
import { useIsOwner, useSeesAll } from '../../api/session.tsx';
import type { Settings } from '../../api/types.ts';
import { Block } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { FormError } from '../../components/form.tsx';
import { Link } from '../../components/link.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useSetRetention } from './api.ts';
import { Fixed, Line } from './settings-line.tsx';
import { TrustedServersLine } from './trusted-servers.tsx';
import { BillingCycleLine, TimeZoneLine } from './zone-and-cycle.tsx';

/** How the ledger counts and keeps, and which of it the environment decides. */
export function LedgerCard() {
  const { t } = useTranslation();
  const query = useQuery(settingsQuery);
  return (
    <Card title={t('settings.ledger')} hint={t('settings.ledgerMeans')}>
      <Block query={query} skeleton={<SkeletonLines lines={6} />}>
        {(settings) => <Facts settings={settings} />}
      </Block>
    </Card>
  );
}

function Facts({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  const seesAll = useSeesAll();
  const { enabled } = settings.tracking;
  return (
    <ul className="settings-list">
      <Line name={t('settings.tracking')} what={t('settings.trackingWhat')}>
        <State of={enabled ? 'up' : 'degraded'}>{t(enabled ? 'settings.on' : 'settings.off')}</State>
        <Link to="/traffic">{t('settings.toTraffic')}</Link>
      </Line>
      <Retention settings={settings} />
      <TimeZoneLine settings={settings} />
      <BillingCycleLine settings={settings} />
      <Line name={t('settings.webhook')} what={t(`settings.webhookWhat.${settings.webhookAuth}`)}>
        <b>{t(`settings.webhookMode.${settings.webhookAuth}`)}</b>
        <Fixed settings={settings} variable="XPERT_WEBHOOK_AUTH" />
      </Line>
      {seesAll ? <TrustedServersLine /> : null}
      <Line name={t('settings.domain')} what={t('settings.domainWhat')}>
        <b>{settings.domain ?? t('settings.notSet')}</b>
        <Fixed settings={settings} variable="XPERT_DOMAIN" />
      </Line>
      <Line name={t('settings.summary')} what={t('settings.summaryWhat')}>
        <b>{t(settings.publicSummary ? 'settings.on' : 'settings.off')}</b>
        <Fixed settings={settings} variable="XPERT_PUBLIC_SUMMARY" />
      </Line>
    </ul>
  );
}

function Retention({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const [text, setText] = useState(String(settings.retentionDays));
  const save = useSetRetention();
  const days = /^\d{1,5}$/.test(text) ? Number(text) : null;
  const fixed = settings.fixedByEnvironment.includes('XPERT_TRAFFIC_RETENTION_DAYS');
  return (
    <Line name={t('settings.retention')} what={t('settings.retentionWhat')}>
      {owner && !fixed ? (
        <form
          className="row2s"
          onSubmit={(event) => {
            event.preventDefault();
            if (days !== null) save.mutate(days);
          }}
        >
          <input
            className="field days"
            inputMode="numeric"
            value={text}
            aria-label={t('settings.retention')}
            aria-invalid={days === null}
            onChange={(event) => setText(event.target.value)}
          />
          {t('settings.days', { count: days ?? 0 })}
          <button
            type="submit"
            className="btn"
            disabled={days === null || days === settings.retentionDays || save.isPending}
          >
            {t('common.save')}
          </button>
          <FormError error={save.error} />
        </form>
      ) : (
        <>
          <b>
            {settings.retentionDays === 0
              ? t('settings.forEver')
              : t('settings.forDays', { count: settings.retentionDays })}
          </b>
          <Fixed settings={settings} variable="XPERT_TRAFFIC_RETENTION_DAYS" />
        </>
      )}
    </Line>
  );
}
