import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useMayWrite } from '../../api/session.tsx';
import type { GivenLink } from '../../api/types.ts';
import { Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Filters } from '../../components/filters.tsx';
import { Page } from '../../components/frame/page.tsx';
import { Icon } from '../../components/icon.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useChangeSearch, useTypedText } from '../../lib/search.ts';
import { type LinkTo, nameOf } from './api.ts';
import { DeleteLink } from './delete-link.tsx';
import { LinkForm } from './link-form.tsx';
import { LinksList } from './links-list.tsx';
import { UserEntries } from './user-entries.tsx';

const TO = ['any', 'all', 'single'] as const;

/** What the address of the page says. */
export interface LinksSearch {
  readonly q?: string | undefined;
  readonly to?: LinkTo | undefined;
  /** Whose entries are shown, by name or id. */
  readonly user?: string | undefined;
  readonly adding?: boolean | undefined;
}

/** What subscriptions give out: to whom, how it stands, and what a client gets in the end. */
export function LinksPage() {
  const { t } = useTranslation();
  const mayWrite = useMayWrite();
  return (
    <Page title={t('common.nav.links')}>
      {mayWrite ? (
        <Links />
      ) : (
        <section className="card">
          <Empty title={t('links.readOnly')} />
        </section>
      )}
    </Page>
  );
}

function LinksFilters() {
  const { t } = useTranslation();
  const { q = '', to }: LinksSearch = useSearch({ strict: false });
  const change = useChangeSearch<LinksSearch>();
  const [text, setText] = useTypedText(q, (next) => change({ q: next || undefined }));
  return (
    <Filters label={t('links.search')} text={text} onText={setText}>
      <Segmented
        className="wrap"
        label={t('links.for')}
        value={to ?? 'any'}
        options={TO.map((value) => ({ value, label: t(`links.to.${value}`) }))}
        onChange={(value) => change({ to: value === 'any' ? undefined : value })}
      />
    </Filters>
  );
}

function Links() {
  const { t } = useTranslation();
  const { q = '', to, user = '', adding = false }: LinksSearch = useSearch({ strict: false });
  const change = useChangeSearch<LinksSearch>();
  const [changed, setChanged] = useState<GivenLink | null>(null);
  const [deleted, setDeleted] = useState<GivenLink | null>(null);
  const add = () => change({ adding: true });
  return (
    <>
      <Card
        title={t('links.title')}
        hint={t('links.mean')}
        actions={
          <button type="button" className="btn primary" onClick={add}>
            <Icon name="plus" />
            {t('links.add')}
          </button>
        }
      >
        <LinksList
          filter={{ search: q || undefined, to }}
          filters={<LinksFilters />}
          onAdd={add}
          onChange={setChanged}
          onDelete={setDeleted}
        />
      </Card>
      <UserEntries user={user} onUser={(next) => change({ user: next || undefined })} />
      <Dialog title={t('links.add')} open={adding} onClose={() => change({ adding: undefined })}>
        <LinkForm onDone={() => change({ adding: undefined })} />
      </Dialog>
      <Dialog
        title={t('links.changeOf', { name: changed ? nameOf(changed) : '' })}
        open={changed !== null}
        onClose={() => setChanged(null)}
      >
        {changed ? <LinkForm key={changed.id} link={changed} onDone={() => setChanged(null)} /> : null}
      </Dialog>
      <Dialog
        title={t('links.deleteOf', { name: deleted ? nameOf(deleted) : '' })}
        open={deleted !== null}
        onClose={() => setDeleted(null)}
      >
        {deleted ? <DeleteLink link={deleted} onDone={() => setDeleted(null)} /> : null}
      </Dialog>
    </>
  );
}
