import { useState } from 'react';
import type { User } from '../../api/types.ts';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { Switch } from '../../components/switch.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { wordsOf } from '../../lib/words.ts';
import { useChangeUser } from './api.ts';

export function EditUserForm({ user, onDone }: { readonly user: User; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const change = useChangeUser(user.id);
  const [name, setName] = useState(user.name);
  const [telegramId, setTelegramId] = useState(user.telegramId === null ? '' : String(user.telegramId));
  const [email, setEmail] = useState(user.email ?? '');
  const [tags, setTags] = useState(user.tags.join(' '));
  const [note, setNote] = useState(user.note);
  const [active, setActive] = useState(user.active);
  const submit = () =>
    change.mutate(
      {
        name,
        telegramId: telegramId === '' ? null : Number(telegramId),
        email: email.trim() || null,
        tags: wordsOf(tags),
        note,
        active,
      },
      { onSuccess: onDone },
    );
  return (
    <Form onSubmit={submit}>
      <TextField label={t('users.name')} value={name} onChange={setName} error={fieldError(change.error, 'name')} />
      <TextField
        label={t('users.telegramOptional')}
        value={telegramId}
        onChange={(text) => setTelegramId(text.replace(/\D/g, ''))}
        error={fieldError(change.error, 'telegramId')}
      />
      <TextField
        label={t('users.emailOptional')}
        value={email}
        onChange={setEmail}
        inputMode="email"
        dir="ltr"
        error={fieldError(change.error, 'email')}
      />
      <TextField
        label={t('users.tagsOptional')}
        help={t('users.tagsHelp')}
        value={tags}
        onChange={setTags}
        error={fieldError(change.error, 'tags')}
      />
      <TextField
        label={t('users.noteOptional')}
        value={note}
        onChange={setNote}
        error={fieldError(change.error, 'note')}
      />
      <div className="switch-row">
        <Switch label={t('users.active')} checked={active} onChange={setActive} />
        <span>
          {t('users.active')}
          <span className="note">{t('users.activeHelp')}</span>
        </span>
      </div>
      <FormError error={change.error} fields={['name', 'telegramId', 'email', 'tags', 'note']} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={name === '' || change.isPending}>
          {t('common.save')}
        </button>
      </div>
    </Form>
  );
}
