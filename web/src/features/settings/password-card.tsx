import { useState } from 'react';
import { Card } from '../../components/card.tsx';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useChangePassword } from './api.ts';

const SHORTEST = 8;

export function PasswordCard() {
  const { t } = useTranslation();
  const change = useChangePassword();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const submit = () =>
    change.mutate(
      { current, next },
      {
        onSuccess: () => {
          setCurrent('');
          setNext('');
        },
      },
    );
  return (
    <Card title={t('settings.password.title')} hint={t('settings.password.means')}>
      <div className="pad">
        <Form onSubmit={submit}>
          <TextField
            label={t('settings.password.current')}
            type="password"
            autoComplete="current-password"
            value={current}
            onChange={setCurrent}
          />
          <TextField
            label={t('settings.password.next')}
            type="password"
            autoComplete="new-password"
            value={next}
            onChange={setNext}
            help={t('settings.password.help', { count: SHORTEST })}
            error={fieldError(change.error, 'next')}
          />
          <FormError error={change.error} fields={['next']} />
          <div>
            <button
              type="submit"
              className="btn"
              disabled={current === '' || next.length < SHORTEST || change.isPending}
            >
              {t('settings.password.do')}
            </button>
          </div>
        </Form>
      </div>
    </Card>
  );
}
