import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Problem } from '../../api/client.ts';
import { sessionQuery } from '../../api/session.tsx';
import { Paste } from '../../components/copy.tsx';
import { Form, FormError, TextField } from '../../components/form.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { type Login, useLogin } from './api.ts';
import { Gate } from './gate.tsx';
import { PublicSummary } from './public-summary.tsx';

export function LoginPage() {
  const { t } = useTranslation();
  const session = useQuery(sessionQuery).data;
  if (session?.setupNeeded) return <SetupNeeded />;
  return (
    <Gate title={t('session.login')} beside={session?.publicSummary ? <PublicSummary /> : null}>
      <LoginForm />
    </Gate>
  );
}

function LoginForm() {
  const { t } = useTranslation();
  const { next }: { next?: string } = useSearch({ strict: false });
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const login = useLogin(next ?? '/');
  const [isSecondStep, setSecondStep] = useState(false);
  if (isSecondStep) return <CodeForm login={login} name={name} password={password} />;
  const onError = (error: Error) => setSecondStep(needsCode(error));
  return (
    <Form onSubmit={() => login.mutate({ name, password }, { onError })}>
      <TextField label={t('session.name')} value={name} onChange={setName} autoComplete="username" autoFocus required />
      <TextField
        label={t('session.password')}
        value={password}
        onChange={setPassword}
        type="password"
        autoComplete="current-password"
        required
      />
      <FormError error={login.error} />
      <button type="submit" className="btn primary wide" disabled={login.isPending || name === '' || password === ''}>
        {login.isPending ? t('session.loggingIn') : t('session.logIn')}
      </button>
      <details className="note">
        <summary>{t('session.forgot')}</summary>
        <p>{t('session.forgotHow')}</p>
        <Paste lines="xpert admin password NAME" />
      </details>
    </Form>
  );
}

function needsCode(error: Error): boolean {
  return error instanceof Problem && error.code === 'second-factor-needed';
}

interface CodeFormProps extends Login {
  readonly login: ReturnType<typeof useLogin>;
}

/** The code of the phone, after the password was right. */
function CodeForm({ login, name, password }: CodeFormProps) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  return (
    <Form onSubmit={() => login.mutate({ name, password, code })}>
      <p>{t('session.secondStep')}</p>
      <TextField
        label={t('session.code')}
        value={code}
        onChange={setCode}
        autoComplete="one-time-code"
        dir="ltr"
        help={t('session.codeHelp')}
        autoFocus
        required
      />
      <FormError error={login.error !== null && needsCode(login.error) ? null : login.error} />
      <button type="submit" className="btn primary wide" disabled={login.isPending || code.trim() === ''}>
        {login.isPending ? t('session.loggingIn') : t('session.logIn')}
      </button>
      <details className="note">
        <summary>{t('session.codeLost')}</summary>
        <p>{t('session.codeLostHow')}</p>
        <Paste lines="xpert admin reset-two-factor NAME" />
      </details>
    </Form>
  );
}

/** Nobody owns this panel yet: the link to become the owner stands where the server was started. */
function SetupNeeded() {
  const { t } = useTranslation();
  return (
    <Gate title={t('session.setupNeeded')} lead={<p>{t('session.setupNeededHow')}</p>}>
      <Paste lines="xpert admin add NAME" label={t('session.orOnTheHost')} />
    </Gate>
  );
}
