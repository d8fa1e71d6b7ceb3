import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { type EntryWish, useMakeEntry } from '../../api/entries.ts';
import { useSession } from '../../api/session.tsx';
import { EntryPreview } from '../../components/entry-effect.tsx';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { InstantField, useInstant } from '../../components/instant-field.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { Select } from '../../components/select.tsx';
import { UserField } from '../../components/user-field.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { parseGib } from '../../lib/format.ts';
import { useNow } from '../../lib/use-now.ts';
import { dayOf } from '../../lib/zone.ts';
import { type Carrier, carriersQuery } from './api.ts';

type Sign = 'add' | 'take';

interface Filled {
  readonly user: string;
  readonly sign: Sign;
  readonly down: string;
  readonly up: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly carrier: Carrier | undefined;
}

/** Bytes added to what was booked for a user, or taken from it; what that does is shown before it is done. */
export function CorrectionForm({ user, onDone }: { readonly user: string; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const zone = useSession()?.timeZone ?? 'UTC';
  const [today] = useState(dayOf(new Date(useNow()), zone));
  const [name, setName] = useState(user);
  const [sign, setSign] = useState<Sign>('take');
  const [down, setDown] = useState('');
  const [up, setUp] = useState('');
  const [from, setFrom] = useState(`${today.slice(0, 8)}01T00:00`);
  const [to, setTo] = useState('');
  const [reason, setReason] = useState('');
  const [chosen, setChosen] = useState('');
  const asked = useDeferredValue(name.trim());
  const found = useQuery({ ...carriersQuery(asked), enabled: asked !== '' });
  const carriers = found.data?.items ?? [];
  const carrier = carriers.find((each) => nameOf(each) === chosen) ?? carriers[0];
  const time = { from: useInstant(from), to: useInstant(to) };
  const wish = (why: string) => wishOf({ user: name.trim(), sign, down, up, carrier, ...time }, why);
  const ready = wish(reason);
  const make = useMakeEntry();
  return (
    <Form onSubmit={() => ready && make.mutate(ready, { onSuccess: onDone })}>
      <UserField label={t('common.user')} value={name} onChange={setName} error={fieldError(make.error, 'userId')} />
      {found.data && !carrier ? <p className="mut">{t('corrections.noCarrier')}</p> : null}
      {carrier ? (
        <Select<string>
          label={t('corrections.over')}
          value={nameOf(carrier)}
          options={carriers.map((each) => ({ value: nameOf(each), label: nameOf(each) }))}
          onChange={setChosen}
        />
      ) : null}
      <Segmented
        label={t('corrections.change')}
        value={sign}
        options={(['take', 'add'] as const).map((value) => ({ value, label: t(`corrections.sign.${value}`) }))}
        onChange={setSign}
      />
      <div className="fields">
        <TextField
          label={t(tellsDirection(carrier) ? 'corrections.down' : 'corrections.both')}
          value={down}
          onChange={setDown}
          inputMode="decimal"
        />
        {tellsDirection(carrier) ? (
          <TextField label={t('corrections.up')} value={up} onChange={setUp} inputMode="decimal" />
        ) : null}
      </div>
      <div className="fields">
        <InstantField label={t('common.range.from')} value={from} onChange={setFrom} />
        <InstantField label={t('corrections.to')} value={to} onChange={setTo} />
      </div>
      <EntryPreview wish={wish('…')} />
      <TextField label={t('common.entry.reason')} value={reason} onChange={setReason} maxLength={500} />
      <FormError error={make.error} fields={['userId']} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={!ready || reason.trim() === '' || make.isPending}>
          {t('corrections.do')}
        </button>
      </div>
    </Form>
  );
}

function nameOf({ server, port, protocol }: Carrier): string {
  return `${server}${port === 0 ? '' : `:${port}`} · ${protocol}`;
}

function tellsDirection(carrier: Carrier | undefined): boolean {
  return carrier === undefined || carrier.traffic.rxBytes !== null;
}

/** Null: not filled in yet. An empty amount is none. */
function wishOf({ user, sign, down, up, from, to, carrier }: Filled, reason: string): EntryWish | null {
  const factor = sign === 'take' ? -1 : 1;
  const bytes = (text: string) => (text.trim() === '' ? 0 : parseGib(text));
  const [rx, tx] = [tellsDirection(carrier) ? bytes(up) : 0, bytes(down)];
  if (user === '' || carrier === undefined || rx === null || tx === null || rx + tx === 0) return null;
  const { server, port, protocol, serviceId } = carrier;
  return {
    path: 'api/v1/corrections',
    body: {
      ...{ userId: user, reason },
      ...(tellsDirection(carrier) ? { rxBytes: factor * rx, txBytes: factor * tx } : { totalBytes: factor * tx }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(serviceId === null ? { server, port, protocol } : { serviceId }),
    },
  };
}
