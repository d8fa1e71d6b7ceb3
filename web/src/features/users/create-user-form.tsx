import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useCreateUser } from './api.ts';
import { TemplateSelect } from './template-select.tsx';

/** A user needs a name; a token only where reports with it come in already. */
export function CreateUserForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const create = useCreateUser();
  const [name, setName] = useState('');
  const [userToken, setUserToken] = useState('');
  const [telegramId, setTelegramId] = useState('');
  const [note, setNote] = useState('');
  const [template, setTemplate] = useState('');
  const submit = () =>
    create.mutate(
      {
        name,
        ...(userToken ? { userToken } : {}),
        ...(telegramId ? { telegramId: Number(telegramId) } : {}),
        ...(note ? { note } : {}),
        ...(template ? { template } : {}),
      },
      {
        onSuccess: (user) => {
          onDone();
          void navigate({ to: '/users/$userId', params: { userId: user.id } });
        },
      },
    );
  return (
    <Form onSubmit={submit}>
      <TextField
        label={t('users.name')}
        value={name}
        onChange={setName}
        autoFocus
        error={fieldError(create.error, 'name')}
      />
      <TextField
        label={t('users.tokenOptional')}
        value={userToken}
        onChange={setUserToken}
        help={t('users.tokenHelp')}
        error={fieldError(create.error, 'userToken')}
      />
      <TextField
        label={t('users.telegramOptional')}
        value={telegramId}
        onChange={(text) => setTelegramId(text.replace(/\D/g, ''))}
        inputMode="numeric"
        error={fieldError(create.error, 'telegramId')}
      />
      <TextField
        label={t('users.noteOptional')}
        value={note}
        onChange={setNote}
        error={fieldError(create.error, 'note')}
      />
      <TemplateSelect value={template} onChange={setTemplate} />
      <FormError error={create.error} fields={['name', 'userToken', 'telegramId', 'note']} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={name === '' || create.isPending}>
          {t('users.create')}
        </button>
      </div>
    </Form>
  );
}
