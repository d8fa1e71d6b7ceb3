import { useState } from 'react';
import type { GivenLink } from '../../api/types.ts';
import { Form, FormError, fieldError, TextArea, TextField } from '../../components/form.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { UserField } from '../../components/user-field.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useAddLinks, useChangeLink, useLookAtLinks } from './api.ts';
import { LooksShown } from './link-look.tsx';
import { changeOf, linesOf, newLinks } from './typed-links.ts';

interface LinkFormProps {
  /** Absent: new ones, one a line. */
  readonly link?: GivenLink;
  readonly onDone: () => void;
}

const MOST_AT_ONCE = 20;

/** Links are looked at before they are saved: what is behind them is shown, and then they are given out. */
export function LinkForm({ link, onDone }: LinkFormProps) {
  const { t } = useTranslation();
  const form = useLinkForm(link, onDone);
  const { links, looks, error } = form;
  const isMany = links.length > MOST_AT_ONCE;
  return (
    <Form onSubmit={form.submit}>
      <TextArea
        label={t(link ? 'links.replace' : 'links.links')}
        value={form.text}
        onChange={form.setText}
        rows={link ? 3 : 5}
        dir="ltr"
        help={t(link ? 'links.replaceHelp' : 'links.linksHelp')}
        error={isMany ? t('links.tooMany', { count: MOST_AT_ONCE }) : fieldError(error, 'link')}
      />
      {looks ? <LooksShown looks={looks} /> : null}
      {link || links.length <= 1 ? (
        <TextField
          label={t('links.nameOptional')}
          help={t('links.nameHelp')}
          value={form.name}
          onChange={form.setName}
          maxLength={128}
          error={fieldError(error, 'name')}
        />
      ) : null}
      <Segmented
        label={t('links.for')}
        value={form.user === null ? 'all' : 'single'}
        options={(['all', 'single'] as const).map((value) => ({ value, label: t(`links.give.${value}`) }))}
        onChange={(value) => form.setUser(value === 'all' ? null : (link?.userName ?? ''))}
      />
      {form.user === null ? null : (
        <UserField
          label={t('common.user')}
          value={form.user}
          onChange={form.setUser}
          error={fieldError(error, 'user')}
        />
      )}
      <FormError error={error} fields={['link', 'name', 'user']} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={!form.isReady || isMany || form.isPending}>
          {t(form.isLooking ? 'links.looking' : wordOf(link, form.isLookedAt, looks))}
        </button>
      </div>
    </Form>
  );
}

/** What is typed, what was seen of it, and what pressing the button does: look first, then save. */
function useLinkForm(link: GivenLink | undefined, onDone: () => void) {
  const look = useLookAtLinks();
  const add = useAddLinks();
  const change = useChangeLink(link ?? NOBODYS);
  const [text, setText] = useState('');
  const [name, setName] = useState(link?.name ?? '');
  /** Null: for all. */
  const [user, setUser] = useState(link?.userName ?? null);
  const links = linesOf(text);
  const looks = same(look.variables, links) ? look.data : undefined;
  const isLookedAt = links.length === 0 || looks !== undefined;
  const whom = user?.trim() ?? null;
  const leave = (left: readonly string[]) => setText(left.join('\n'));
  const save = () => {
    if (link) change.mutate(changeOf(link, { link: links[0], name, user: whom }), { onSuccess: onDone });
    else add.mutate({ ...newLinks(links, name, whom), onLeft: leave }, { onSuccess: onDone });
  };
  return {
    ...{ text, name, setName, user, setUser, links, looks, isLookedAt },
    setText(next: string) {
      // What was seen is of other links.
      if (look.data ?? look.error) look.reset();
      setText(next);
    },
    error: look.error ?? add.error ?? change.error,
    isReady: (link !== undefined || links.length > 0) && whom !== '',
    isLooking: look.isPending,
    isPending: look.isPending || add.isPending || change.isPending,
    submit: () => (isLookedAt ? save() : look.mutate(links)),
  };
}

/** Only that its hook has something to hold where there is no link yet. */
const NOBODYS = { id: '' } as GivenLink;

function wordOf(
  link: GivenLink | undefined,
  isLookedAt: boolean,
  looks: readonly { readonly problem: unknown }[] | undefined,
): string {
  if (!isLookedAt) return 'links.look';
  if (link) return 'common.save';
  return looks?.some(({ problem }) => problem !== null) ? 'links.addAnyway' : 'links.giveOut';
}

function same(before: readonly string[] | undefined, now: readonly string[]): boolean {
  return before?.join('\n') === now.join('\n');
}
