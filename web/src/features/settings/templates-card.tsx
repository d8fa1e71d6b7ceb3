import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { plansQuery, templatesQuery } from '../../api/resources.ts';
import { useIsOwner } from '../../api/session.tsx';
import type { UserTemplate } from '../../api/types.ts';
import { useCycleName } from '../../components/cycle-select.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { QuotasShown } from '../../components/terms/quotas-shown.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { ListCard, type ListColumn } from './list-card.tsx';
import { TemplateForm } from './template-form.tsx';
import { termsOf, useRemoveTemplate } from './templates-api.ts';

/** Templates that users are made from; resellers have their own and use the owner's. */
export function TemplatesCard() {
  const { t } = useTranslation();
  const query = useQuery(templatesQuery);
  const [open, setOpen] = useState<UserTemplate | 'new' | null>(null);
  const close = () => setOpen(null);
  const columns: readonly ListColumn[] = [
    { name: t('settings.templates.name'), waiting: 110 },
    { name: t('settings.templates.may'), waiting: 120 },
    { name: t('settings.templates.tags'), className: 'hide-s', waiting: 72 },
    { name: t('settings.templates.note'), className: 'hide-m', waiting: 120 },
    { name: t('settings.templates.actions'), className: 'r', unseen: true, waiting: -64 },
  ];
  return (
    <ListCard
      of="templates"
      columns={columns}
      query={query}
      row={(one) => <Row key={one.name} template={one} onChange={() => setOpen(one)} />}
      onAdd={() => setOpen('new')}
    >
      <Dialog
        title={
          open === null || open === 'new'
            ? t('settings.templates.add')
            : t('settings.templates.changeOf', { name: open.name })
        }
        open={open !== null}
        onClose={close}
      >
        <TemplateForm
          template={open === 'new' ? null : open}
          taken={query.data?.items.map(({ name }) => name) ?? []}
          onDone={close}
        />
      </Dialog>
    </ListCard>
  );
}

function Row({ template, onChange }: { readonly template: UserTemplate; readonly onChange: () => void }) {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const remove = useRemoveTemplate();
  const { name, own, tags, note } = template;
  return (
    <tr>
      <td>
        <span className="name">{name}</span>
        {own ? null : (
          <span className="badge">{t(owner ? 'settings.templates.ofReseller' : 'settings.templates.ofOwner')}</span>
        )}
      </td>
      <td className="two-lines">
        <MayUse template={template} />
      </td>
      <td className="hide-s">
        {tags.length === 0 ? <span className="none">—</span> : tags.map((tag) => <Tag key={tag}>{tag}</Tag>)}
      </td>
      <td className="hide-m mut clip" title={note}>
        {note || <span className="none">—</span>}
      </td>
      <td className="r">
        {own ? (
          <span className="row2s end">
            <button
              type="button"
              className="btn quiet icon"
              aria-label={t('settings.templates.changeOf', { name })}
              title={t('settings.templates.change')}
              onClick={onChange}
            >
              <Icon name="edit" />
            </button>
            <button
              type="button"
              className="btn quiet icon"
              aria-label={t('settings.templates.removeOf', { name })}
              title={t('settings.templates.remove')}
              disabled={remove.isPending}
              onClick={() => remove.mutate(template)}
            >
              <Icon name="trash" />
            </button>
          </span>
        ) : null}
      </td>
    </tr>
  );
}

function Tag({ children }: { readonly children: string }) {
  return <span className="badge">{children}</span>;
}

/** The quota or plan of who is made from it, and when that begins and ends. */
function MayUse({ template: { entitlement, expiresInDays } }: { readonly template: UserTemplate }) {
  const { t } = useTranslation();
  const conditions = [
    ...(entitlement?.begins === 'with-first-use' ? [t('settings.templates.fromFirstUse')] : []),
    ...(expiresInDays === null ? [] : [t('settings.templates.ends', { count: expiresInDays })]),
  ];
  return (
    <>
      <Limits entitlement={entitlement} />
      {conditions.length > 0 ? <span className="mut"> · {conditions.join(' · ')}</span> : null}
    </>
  );
}

function Limits({ entitlement }: Pick<UserTemplate, 'entitlement'>) {
  const { t } = useTranslation();
  const cycleName = useCycleName();
  const plans = useQuery(plansQuery).data?.items;
  if (entitlement?.plan) {
    const plan = plans?.find(({ id, name }) => id === entitlement.plan || name === entitlement.plan);
    if (plan || !plans) return <span>{plan?.name ?? entitlement.plan}</span>;
    return <span className="bad">{t('settings.templates.planGone')}</span>;
  }
  const terms = termsOf(entitlement);
  if (terms === undefined) return <span>{t('common.entitle.none')}</span>;
  return (
    <>
      <QuotasShown quotas={terms.quotas} /> <span className="mut">{cycleName(terms.cycle)}</span>
    </>
  );
}
