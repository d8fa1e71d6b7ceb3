import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Block } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { State } from '../../components/state.tsx';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { Line } from './settings-line.tsx';
import { sessionsQuery, twoFactorQuery, useDisable, useEndSessions, useRenewCodes } from './two-factor-api.ts';
import { ConfirmForm, EnableForm, RecoveryCodes } from './two-factor-forms.tsx';

type Step = 'enable' | 'disable' | 'renew' | null;

/** A code beside the password, and where else one is logged in. */
export function TwoFactorCard() {
  const { t } = useTranslation();
  const query = useQuery(twoFactorQuery);
  const [step, setStep] = useState<Step>(null);
  const close = () => setStep(null);
  return (
    <Card title={t('settings.twoFactor.title')} hint={t('settings.twoFactor.mean')}>
      <Block query={query} skeleton={<SkeletonLines />}>
        {({ enabled, recoveryCodes }) => (
          <ul className="settings-list">
            <Line name={t('settings.twoFactor.app')} what={t('settings.twoFactor.appMeans')}>
              <State of={enabled ? 'up' : 'unknown'}>
                {t(enabled ? 'settings.twoFactor.on' : 'settings.twoFactor.off')}
              </State>
              <button type="button" className="btn small" onClick={() => setStep(enabled ? 'disable' : 'enable')}>
                {t(enabled ? 'settings.twoFactor.disable' : 'settings.twoFactor.enable')}
              </button>
            </Line>
            {enabled ? (
              <Line
                name={t('settings.twoFactor.codes')}
                what={t('settings.twoFactor.codesLeft', { count: recoveryCodes })}
              >
                <button type="button" className="btn small" onClick={() => setStep('renew')}>
                  {t('settings.twoFactor.renew')}
                </button>
              </Line>
            ) : null}
            <Sessions />
          </ul>
        )}
      </Block>
      <Dialog title={t(`settings.twoFactor.step.${step ?? 'enable'}`)} open={step !== null} onClose={close}>
        {step === 'enable' ? <EnableForm onDone={close} /> : null}
        {step === 'disable' ? <DisableForm onDone={close} /> : null}
        {step === 'renew' ? <RenewForm onDone={close} /> : null}
      </Dialog>
    </Card>
  );
}

function Sessions() {
  const { t } = useTranslation();
  const format = useFormat();
  const toast = useToast();
  const onError = useErrorToast();
  const end = useEndSessions();
  const others = (useQuery(sessionsQuery).data?.items ?? []).filter(({ isThis }) => !isThis);
  const since = others[0]?.createdAt;
  const onSuccess = () => toast({ title: t('settings.sessions.ended') });
  return (
    <Line
      name={t('settings.sessions.title')}
      what={
        since === undefined
          ? t('settings.sessions.none')
          : t('settings.sessions.some', { count: others.length, at: format.short(since) })
      }
    >
      {since === undefined ? null : (
        <button
          type="button"
          className="btn small"
          disabled={end.isPending}
          onClick={() => end.mutate(undefined, { onSuccess, onError })}
        >
          {t('settings.sessions.end')}
        </button>
      )}
    </Line>
  );
}

function DisableForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const disable = useDisable();
  return (
    <ConfirmForm
      what={t('settings.twoFactor.disableMeans')}
      button={t('settings.twoFactor.disable')}
      error={disable.error}
      isPending={disable.isPending}
      onSubmit={(confirmation) => disable.mutate(confirmation, { onSuccess: onDone })}
    />
  );
}

function RenewForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const renew = useRenewCodes();
  if (renew.data) return <RecoveryCodes codes={renew.data.recoveryCodes} onDone={onDone} />;
  return (
    <ConfirmForm
      what={t('settings.twoFactor.renewMeans')}
      button={t('settings.twoFactor.renew')}
      error={renew.error}
      isPending={renew.isPending}
      onSubmit={(confirmation) => renew.mutate(confirmation)}
    />
  );
}
