import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../../api/client.ts';
import type { PostAnswer } from '../../api/types.ts';
import { Card } from '../../components/card.tsx';
import { Form, FormError } from '../../components/form.tsx';
import { Page } from '../../components/frame/page.tsx';
import { Link } from '../../components/link.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';

const FILES = ['users', 'peers', 'env'] as const;
type FileName = (typeof FILES)[number];
type Summary = PostAnswer<'/api/v1/imports/vpnservice/texts'>;

/** Left-out records that are told by name. */
const TOLD = 50;

/** Nodes, users and peers of the vpnservice bot, from its files; and where the other ways in are. */
export function ImportPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('imports.title')} parent={{ to: '/users', name: t('common.nav.users') }}>
      <Card title={t('imports.bot')} hint={t('imports.botMeans')} span={7}>
        <BotFiles />
      </Card>
      <Card title={t('imports.others')} hint={t('imports.othersMean')} span={5}>
        <div className="pad row-text">
          <p>
            {t('imports.csv')}{' '}
            <Link to="/users" search={{ importing: true }}>
              {t('imports.csvLink')}
            </Link>
          </p>
          <p>{t('imports.original')}</p>
          <p>{t('imports.database')}</p>
        </div>
      </Card>
    </Page>
  );
}

function BotFiles() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [texts, setTexts] = useState<Partial<Record<FileName, string>>>({});
  const take = useMutation({
    mutationFn: () => post<Summary>('api/v1/imports/vpnservice/texts', texts),
    onSettled: () => client.invalidateQueries(),
  });
  const read = async (name: FileName, file: File | undefined) => {
    const text = (await file?.text()) ?? '';
    setTexts((before) => ({ ...before, [name]: text }));
    take.reset();
  };
  return (
    <div className="pad">
      <Form onSubmit={() => take.mutate()}>
        <p>{t('imports.botWhat')}</p>
        {FILES.map((name) => (
          <label key={name} className="form-row">
            <span>{t(`imports.file.${name}`)}</span>
            <input type="file" className="field file" onChange={(event) => void read(name, event.target.files?.[0])} />
          </label>
        ))}
        <FormError error={take.error} />
        {take.data ? <Taken summary={take.data} /> : null}
        <div className="row-end">
          <button type="submit" className="btn primary" disabled={!FILES.some((name) => texts[name]) || take.isPending}>
            {t(take.isPending ? 'imports.taking' : 'imports.take')}
          </button>
        </div>
      </Form>
    </div>
  );
}

function Taken({ summary }: { readonly summary: Summary }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { nodes, users, peers, skipped } = summary;
  return (
    <div className="row-text" role="status">
      <p>
        {t('imports.taken', { nodes: format.count(nodes), users: format.count(users), peers: format.count(peers) })}
      </p>
      {peers > 0 ? (
        <p className="mut">
          {t('imports.peersLater')}{' '}
          <Link to="/peers" search={{ which: 'all' }}>
            {t('common.palette.peers')}
          </Link>
        </p>
      ) : null}
      {skipped.length > 0 ? (
        <>
          <p className="warned">{t('imports.skipped', { count: skipped.length })}</p>
          <ul className="told">
            {skipped.slice(0, TOLD).map(({ record, reason }) => (
              <li key={`${record} ${reason}`}>
                <b>{record}</b> <span className="mut">{reason}</span>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </div>
  );
}
