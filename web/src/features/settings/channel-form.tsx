import { useState } from 'react';
import type { Channel, ChannelRules } from '../../api/types.ts';
import { Paste } from '../../components/copy.tsx';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { ChannelRulesFields } from './channel-rules.tsx';
import { CHANNEL_KINDS, type ChannelKind, useSaveChannel } from './channels-api.ts';

interface ChannelFormProps {
  /** Null: a new one. */
  readonly channel: Channel | null;
  readonly onDone: () => void;
}

/** Fields as they are typed, by the names of the options. */
type Typed = Readonly<Record<string, string>>;

const FIELDS: Readonly<Record<ChannelKind, readonly { name: string; isSecret?: true; optional?: true }[]>> = {
  telegram: [{ name: 'token', isSecret: true }, { name: 'chatId' }],
  email: [
    { name: 'host' },
    { name: 'port', optional: true },
    { name: 'username', optional: true },
    { name: 'password', isSecret: true, optional: true },
    { name: 'from' },
    { name: 'to' },
  ],
  webhook: [{ name: 'url' }],
};
const SECURITIES = ['starttls', 'tls', 'none'] as const;
const FIRST_RULES: ChannelRules = {
  ...{ language: 'en', minSeverity: 'warning', kinds: null, quiet: null, namesUsers: false },
};

export function ChannelForm({ channel, onDone }: ChannelFormProps) {
  const { t, i18n } = useTranslation();
  const save = useSaveChannel(channel?.id ?? null);
  const [kind, setKind] = useState<ChannelKind>((channel?.kind as ChannelKind | undefined) ?? 'telegram');
  const [name, setName] = useState(channel?.name ?? '');
  const [typed, setTyped] = useState<Typed>(() => typedOf(channel));
  const [rules, setRules] = useState<ChannelRules>(
    channel?.rules ?? { ...FIRST_RULES, language: languageOf(i18n.language) },
  );
  const [secret] = useState(newSigningSecret);
  const set = (field: string) => (value: string) => setTyped({ ...typed, [field]: value });
  // A stored secret is sent only to where it was made for.
  const isNewSecret = kind === 'webhook' && isElsewhere(typed, channel);
  const options = optionsOf(kind, typed, channel, isNewSecret ? secret : null);
  const submit = () => save.mutate({ name, kind, options, rules }, isNewSecret ? {} : { onSuccess: onDone });
  if (save.data && isNewSecret) return <SecretShown secret={secret} onDone={onDone} />;
  return (
    <Form onSubmit={submit}>
      {channel === null ? (
        <Segmented
          label={t('settings.channels.kindLabel')}
          value={kind}
          options={CHANNEL_KINDS.map((value) => ({ value, label: t(`settings.channels.kind.${value}`) }))}
          onChange={setKind}
        />
      ) : null}
      <TextField
        label={t('settings.channels.name')}
        value={name}
        onChange={setName}
        error={fieldError(save.error, 'name')}
      />
      {FIELDS[kind].map(({ name: field, isSecret, optional }) => (
        <TextField
          key={field}
          label={t(`settings.channels.field.${field}`)}
          type={isSecret ? 'password' : 'text'}
          autoComplete="off"
          dir="ltr"
          value={typed[field] ?? ''}
          onChange={set(field)}
          help={helpOf(t, field, isSecret === true && channel !== null, optional === true)}
          error={fieldError(save.error, `options/${field}`)}
        />
      ))}
      {kind === 'email' ? (
        <Segmented
          label={t('settings.channels.security')}
          value={(typed.security ?? 'starttls') as (typeof SECURITIES)[number]}
          options={SECURITIES.map((value) => ({ value, label: t(`settings.channels.securityKind.${value}`) }))}
          onChange={set('security')}
        />
      ) : null}
      {isNewSecret && channel !== null ? <p className="note">{t('settings.channels.newSecret')}</p> : null}
      <ChannelRulesFields rules={rules} onChange={setRules} />
      <FormError error={save.error} fields={['name', ...FIELDS[kind].map(({ name: field }) => `options/${field}`)]} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={name === '' || save.isPending}>
          {t('common.save')}
        </button>
      </div>
    </Form>
  );
}

function SecretShown({ secret, onDone }: { readonly secret: string; readonly onDone: () => void }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t('settings.channels.secretOnce')}</p>
      <Paste label={t('settings.tokens.signingSecret')} lines={secret} />
      <div className="row-end">
        <button type="button" className="btn primary" onClick={onDone}>
          {t('settings.tokens.copied')}
        </button>
      </div>
    </>
  );
}

function helpOf(t: (key: string) => string, field: string, isKept: boolean, optional: boolean): string | undefined {
  if (isKept) return t('settings.channels.kept');
  const known = t(`settings.channels.help.${field}`);
  if (known !== `settings.channels.help.${field}`) return known;
  return optional ? t('settings.channels.optional') : undefined;
}

/** An empty field leaves the address. */
function isElsewhere({ url }: Typed, channel: Channel | null): boolean {
  return channel === null || (url?.trim() || channel.options.url) !== channel.options.url;
}

function typedOf(channel: Channel | null): Typed {
  const texts = Object.entries(channel?.options ?? {}).map(([name, value]) => {
    return [name, Array.isArray(value) ? value.join(', ') : String(value)] as const;
  });
  return Object.fromEntries(texts);
}

/** Secrets that are left empty stay as they are; so does one to sign with that is null. */
function optionsOf(
  kind: ChannelKind,
  typed: Typed,
  channel: Channel | null,
  secret: string | null,
): Record<string, unknown> {
  const kept = channel?.kind === kind ? channel.options : {};
  const given = Object.fromEntries(
    FIELDS[kind].map(({ name }) => [name, typed[name]?.trim() || undefined] as const).filter(([, value]) => value),
  );
  if (kind === 'webhook') return { ...kept, ...given, ...(secret === null ? {} : { signingSecret: secret }) };
  if (kind === 'telegram') return { ...kept, ...given };
  const { port, to, ...rest } = given;
  return {
    ...rest,
    ...(port ? { port: Number(port) } : {}),
    to: (to ?? '').split(/[\s,;]+/).filter((address) => address !== ''),
    security: typed.security ?? 'starttls',
  };
}

function newSigningSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

function languageOf(language: string): ChannelRules['language'] {
  const known = (['en', 'ru', 'fa', 'zh'] as const).find((one) => language.startsWith(one));
  return known ?? 'en';
}
