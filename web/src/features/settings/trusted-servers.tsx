import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useIsOwner } from '../../api/session.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Form, FormError, TextArea } from '../../components/form.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { trustedServersQuery, useTrustServers } from './api.ts';
import { Line } from './settings-line.tsx';

/** More are told by their number. */
const NAMED = 3;

/** Whose unsigned reports limit users, too. */
export function TrustedServersLine() {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const servers = useQuery(trustedServersQuery).data?.servers;
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  if (servers === undefined) return null;
  return (
    <Line name={t('settings.trusted.title')} what={t('settings.trusted.what')}>
      <b>
        {servers.length === 0 ? (
          t('settings.trusted.nobody')
        ) : servers.length <= NAMED ? (
          <bdi>{servers.join(', ')}</bdi>
        ) : (
          t('settings.trusted.many', { count: servers.length })
        )}
      </b>
      {owner ? (
        <button type="button" className="btn" onClick={() => setOpen(true)}>
          {t('settings.trusted.change')}
        </button>
      ) : null}
      <Dialog title={t('settings.trusted.title')} open={isOpen} onClose={close}>
        <ServersForm servers={servers} onDone={close} />
      </Dialog>
    </Line>
  );
}

function ServersForm({ servers, onDone }: { readonly servers: readonly string[]; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const save = useTrustServers();
  const [text, setText] = useState(servers.join('\n'));
  const lines = [...new Set(text.split('\n').map((line) => line.trim()))].filter((line) => line !== '');
  return (
    <Form onSubmit={() => save.mutate(lines, { onSuccess: onDone })}>
      <TextArea
        label={t('settings.trusted.names')}
        help={t('settings.trusted.namesHelp')}
        value={text}
        onChange={setText}
        rows={6}
        dir="ltr"
      />
      <FormError error={save.error} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={save.isPending}>
          {t('common.save')}
        </button>
      </div>
    </Form>
  );
}
