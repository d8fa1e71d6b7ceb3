import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useSetup } from './api.ts';
import { Gate } from './gate.tsx';

const SHORTEST_PASSWORD = 8;

/** `#/setup/<token>`: the one-time link of the first start makes the owner. */
export function SetupPage() {
  const { t } = useTranslation();
  const { token = '' }: { token?: string } = useParams({ strict: false });
  const [name, setName] = useState('owner');
  const [password, setPassword] = useState('');
  const setup = useSetup(token);
  const short = password.length < SHORTEST_PASSWORD;
  return (
    <Gate title={t('session.welcome')} lead={<p>{t('session.welcomeLead')}</p>}>
      <Form onSubmit={() => setup.mutate({ name, password })}>
        <TextField
          label={t('session.name')}
          value={name}
          onChange={setName}
          autoComplete="username"
          error={fieldError(setup.error, 'name')}
        />
        <TextField
          label={t('session.password')}
          value={password}
          onChange={setPassword}
          type="password"
          autoComplete="new-password"
          help={t('session.passwordHelp', { count: SHORTEST_PASSWORD })}
          error={fieldError(setup.error, 'password')}
          autoFocus
        />
        <FormError error={setup.error} fields={['name', 'password']} />
        <button type="submit" className="btn primary wide" disabled={setup.isPending || short || name === ''}>
          {t('session.createOwner')}
        </button>
      </Form>
    </Gate>
  );
}
