import { useState } from 'react';
import type { UserTemplate } from '../../api/types.ts';
import {
  type EntitlementStart,
  type EntitlementWish,
  NEW_TERMS,
  useEntitlementFields,
} from '../../components/entitlement-fields.tsx';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { Switch } from '../../components/switch.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { wordsOf } from '../../lib/words.ts';
import { type TemplateWish, termsOf, useSaveTemplate } from './templates-api.ts';

interface TemplateFormProps {
  /** Null: a new one. */
  readonly template: UserTemplate | null;
  /** Names that are taken: saving one of them would replace it. */
  readonly taken: readonly string[];
  readonly onDone: () => void;
}

const POINTERS = ['name', 'tags', 'note', 'expiresInDays'];

/** What the users made from a template have in common. Its name is its address and stays. */
export function TemplateForm({ template, taken, onDone }: TemplateFormProps) {
  const { t } = useTranslation();
  const save = useSaveTemplate();
  const [name, setName] = useState(template?.name ?? '');
  const [tags, setTags] = useState(template?.tags.join(' ') ?? '');
  const [note, setNote] = useState(template?.note ?? '');
  const [days, setDays] = useState(template?.expiresInDays ? String(template.expiresInDays) : '');
  const [waits, setWaits] = useState(template?.entitlement?.begins === 'with-first-use');
  const { wish, fields } = useEntitlementFields(startOf(template));
  const isTaken = template === null && taken.includes(name.trim());
  const error = (field: string) => fieldError(save.error, field);
  const submit = () =>
    wish &&
    save.mutate(
      {
        name: name.trim(),
        note,
        tags: wordsOf(tags),
        entitlement: entitlementOf(wish, waits, template),
        expiresInDays: days === '' ? null : Number(days),
      },
      { onSuccess: onDone },
    );
  return (
    <Form onSubmit={submit}>
      {template === null ? (
        <TextField
          label={t('settings.templates.name')}
          value={name}
          onChange={setName}
          autoFocus
          error={isTaken ? t('settings.templates.taken') : error('name')}
        />
      ) : null}
      {fields}
      {wish?.plan === null ? null : (
        <div className="form-line">
          <Switch label={t('settings.templates.waits')} checked={waits} onChange={setWaits} />
          <span className="note">
            <b>{t('settings.templates.waits')}</b> {t('settings.templates.waitsHelp')}
          </span>
        </div>
      )}
      <TextField
        label={t('settings.templates.tags')}
        help={t('settings.templates.tagsHelp')}
        value={tags}
        onChange={setTags}
        error={error('tags')}
      />
      <TextField
        label={t('settings.templates.days')}
        help={t('settings.templates.daysHelp')}
        value={days}
        onChange={(text) => setDays(text.replace(/\D/g, '').replace(/^0+/, ''))}
        inputMode="numeric"
        error={error('expiresInDays')}
      />
      <TextField label={t('settings.templates.note')} value={note} onChange={setNote} error={error('note')} />
      <FormError error={save.error} fields={POINTERS} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button
          type="submit"
          className="btn primary"
          disabled={name.trim() === '' || isTaken || wish === null || save.isPending}
        >
          {t(template === null ? 'settings.templates.add' : 'common.save')}
        </button>
      </div>
    </Form>
  );
}

function startOf(template: UserTemplate | null): EntitlementStart {
  if (template === null) return NEW_TERMS;
  const { entitlement } = template;
  if (entitlement?.plan) return { kind: 'plan', plan: entitlement.plan };
  const terms = termsOf(entitlement);
  return terms === undefined ? { kind: 'none' } : { kind: 'terms', terms };
}

/** What the form does not show stays, as long as users are limited at all. */
function entitlementOf(
  wish: EntitlementWish,
  waits: boolean,
  template: UserTemplate | null,
): TemplateWish['entitlement'] {
  if (wish.plan === null) return null;
  const { plan: _plan, terms: _terms, quota: _quota, cycle: _cycle, ...others } = template?.entitlement ?? {};
  return { ...others, ...wish, begins: waits ? 'with-first-use' : 'now' } as TemplateWish['entitlement'];
}
