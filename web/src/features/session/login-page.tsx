import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sessionQuery } from '../../api/session.ts';
import { Paste } from '../../components/copy.tsx';
import { Form, FormError, TextField } from '../../components/form.tsx';
import { useLogin } from './api.ts';
import { Gate } from './gate.tsx';

export function LoginPage() {
  const { t } = useTranslation();
  const session = useQuery(sessionQuery).data;
  if (session?.setupNeeded) return <SetupNeeded />;
  return (
    <Gate title={t('session.login')}>
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
  return (
    <Form onSubmit={() => login.mutate({ name, password })}>
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

/** Nobody owns this panel yet: the link to become the owner stands where the server was started. */
function SetupNeeded() {
  const { t } = useTranslation();
  return (
    <Gate title={t('session.setupNeeded')} lead={<p>{t('session.setupNeededHow')}</p>}>
      <Paste lines="xpert admin add NAME" label={t('session.orOnTheHost')} />
    </Gate>
  );
}
