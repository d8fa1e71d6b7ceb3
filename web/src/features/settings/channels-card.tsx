import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Channel } from '../../api/types.ts';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { Switch } from '../../components/switch.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useSaid } from '../../lib/use-said.ts';
import { ChannelForm } from './channel-form.tsx';
import { channelsQuery, useEnableChannel, useRemoveChannel, useTestChannel } from './channels-api.ts';

/** Where alerts are told. */
export function ChannelsCard() {
  const { t } = useTranslation();
  const query = useQuery(channelsQuery);
  const [form, setForm] = useState<Channel | 'new' | null>(null);
  const close = () => setForm(null);
  return (
    <Card
      title={t('settings.channels.title')}
      hint={t('settings.channels.mean')}
      actions={
        <button type="button" className="btn quiet" onClick={() => setForm('new')}>
          <Icon name="plus" />
          {t('settings.channels.add')}
        </button>
      }
    >
      <Block query={query} skeleton={<SkeletonLines />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('settings.channels.none')}>{t('settings.channels.noneWhy')}</Empty>
          ) : (
            <ul className="settings-list">
              {items.map((channel) => (
                <Row key={channel.id} channel={channel} onEdit={() => setForm(channel)} />
              ))}
            </ul>
          )
        }
      </Block>
      <Dialog
        title={form === 'new' || form === null ? t('settings.channels.add') : form.name}
        open={form !== null}
        onClose={close}
      >
        {form === null ? null : <ChannelForm channel={form === 'new' ? null : form} onDone={close} />}
      </Dialog>
    </Card>
  );
}

function Row({ channel, onEdit }: { readonly channel: Channel; readonly onEdit: () => void }) {
  const { t } = useTranslation();
  const test = useTestChannel();
  const enable = useEnableChannel();
  const remove = useRemoveChannel();
  const { id, name, enabled } = channel;
  return (
    <li>
      <div>
        <b>{name}</b> <span className="badge">{t(`settings.channels.kind.${channel.kind}`)}</span>
        <p className="note">
          <bdi>{channel.where}</bdi> · {t(`settings.channels.from.${channel.rules.minSeverity}`)}
        </p>
        <Standing channel={channel} />
      </div>
      <span className="row2s">
        <Switch
          label={t('settings.channels.on', { name })}
          checked={enabled}
          onChange={(next) => enable({ id, enabled: next })}
        />
        <button type="button" className="btn small" disabled={test.isPending} onClick={() => test.run(id)}>
          {test.isPending ? t('settings.channels.testing') : t('settings.channels.test')}
        </button>
        <button type="button" className="btn small" onClick={onEdit}>
          {t('settings.channels.edit')}
        </button>
        <button type="button" className="btn small danger" onClick={() => remove(id)}>
          {t('settings.channels.remove')}
        </button>
      </span>
    </li>
  );
}

/** How delivering goes. */
function Standing({ channel: { problem, deliveredAt, waiting } }: { readonly channel: Channel }) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = useSaid();
  if (problem) {
    const { message, hint } = said(problem);
    return (
      <p className="note bad">
        {message} {hint} {waiting > 0 ? t('settings.channels.waiting', { count: waiting }) : null}
      </p>
    );
  }
  return (
    <p className="note">
      {deliveredAt ? t('settings.channels.last', { at: format.short(deliveredAt) }) : t('settings.channels.never')}
    </p>
  );
}
