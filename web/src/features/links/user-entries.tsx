import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Block } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Notice } from '../../components/notice.tsx';
import { Count } from '../../components/numbers.tsx';
import { protocolName } from '../../components/protocol-badge.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { UserField } from '../../components/user-field.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { type UserEntries as Entries, userEntriesQuery } from './api.ts';

interface UserEntriesProps {
  /** By name or id; empty: nobody is chosen yet. */
  readonly user: string;
  readonly onUser: (user: string) => void;
}

/** What one user's clients get in the end: all that is joined, and what each format can say of it. */
export function UserEntries({ user, onUser }: UserEntriesProps) {
  const { t } = useTranslation();
  const query = useQuery(userEntriesQuery(user));
  const [draft, setDraft] = useState({ user, text: user });
  // Somebody else was chosen since.
  const typed = draft.user === user ? draft.text : user;
  return (
    <Card title={t('links.preview.title')} hint={t('links.preview.mean')}>
      <form
        className="pad ask-user"
        onSubmit={(event) => {
          event.preventDefault();
          onUser(typed.trim());
        }}
      >
        <UserField label={t('common.user')} value={typed} onChange={(text) => setDraft({ user, text })} />
        <button type="submit" className="btn" disabled={typed.trim() === '' || typed.trim() === user}>
          {t('links.preview.show')}
        </button>
      </form>
      {user === '' ? null : (
        <Block query={query} skeleton={<SkeletonLines lines={4} />}>
          {(entries) => <Shown entries={entries} />}
        </Block>
      )}
    </Card>
  );
}

const FORMATS = ['base64', 'plain', 'clash', 'sing-box'] as const;

function Shown({ entries: { hasAccess, total, leftOut, entries } }: { readonly entries: Entries }) {
  const { t } = useTranslation();
  return (
    <>
      {hasAccess ? null : (
        <div className="pad">
          <Notice kind="degraded" title={t('links.preview.off')}>
            {t('links.preview.offWhat')}
          </Notice>
        </div>
      )}
      <TableScroll>
        <table>
          <caption>{t('links.preview.formats')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('links.preview.format')}</th>
              <th scope="col">{t('links.preview.clients')}</th>
              <th scope="col" className="r">
                {t('links.entries')}
              </th>
            </tr>
          </thead>
          <tbody>
            {FORMATS.map((format) => {
              const missing = format === 'clash' || format === 'sing-box' ? leftOut[format] : 0;
              return (
                <tr key={format}>
                  <td>{t(`links.format.${format}`)}</td>
                  <td className="mut two-lines">{t(`links.clientsOf.${format}`)}</td>
                  <td className="r">
                    <Count value={total - missing} />
                    {missing > 0 ? (
                      <span className="mut"> {t('links.preview.without', { count: missing })}</span>
                    ) : null}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </TableScroll>
      <TableScroll tall>
        <table>
          <caption>{t('links.preview.entries', { count: total })}</caption>
          <thead>
            <tr>
              <th scope="col">{t('links.name')}</th>
              <th scope="col" className="hide-s">
                {t('links.preview.server')}
              </th>
              <th scope="col">{t('links.preview.from')}</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: names repeat; the place in the list is what an entry is
              <tr key={index}>
                <td className="two-lines">
                  <bdi className="name">{entry.name || entry.server}</bdi>{' '}
                  <span className="badge">{protocolName(entry.protocol)}</span>
                </td>
                <td className="hide-s mut">
                  <bdi dir="ltr">
                    {entry.server}:{entry.port}
                  </bdi>
                </td>
                <td>
                  <bdi>{entry.from ?? t('links.preview.here')}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </>
  );
}
