import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { unclaimedQuery } from '../../api/resources.ts';
import type { Unclaimed } from '../../api/types.ts';
import { Empty, TableBlock } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { Switch } from '../../components/switch.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { TrafficCells, TrafficHeads } from '../../components/traffic-columns.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useClaimToken } from './api.ts';

type UnclaimedToken = Unclaimed['tokens'][number];

/** Tokens that sent reports and belong to no user. */
export function TokensCard() {
  const { t } = useTranslation();
  const query = useQuery(unclaimedQuery);
  const [claiming, setClaiming] = useState<UnclaimedToken | null>(null);
  return (
    <Card title={t('peers.tokens')} hint={t('peers.tokensMean')} sub={t('peers.tokensSub')}>
      <TableScroll>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('peers.token')}</th>
              <TrafficHeads />
              <th scope="col" className="r hide-m">
                {t('peers.firstAndLast')}
              </th>
              <th scope="col" className="r">
                <span className="vh">{t('common.claim')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            <TableBlock query={query} rows={2} columns={[120, -56, -56, -56, -120, -64]} hidden={[1, 2, 4]}>
              {({ tokens }) => tokens.map((token) => <Row key={token.userToken} token={token} onClaim={setClaiming} />)}
            </TableBlock>
          </tbody>
        </table>
      </TableScroll>
      {query.data?.tokens.length === 0 ? <Empty title={t('peers.noTokens')}>{t('peers.noTokensWhy')}</Empty> : null}
      <Dialog
        title={t('peers.claimToken', { token: claiming?.userToken })}
        open={claiming !== null}
        onClose={() => setClaiming(null)}
      >
        {claiming ? <ClaimForm token={claiming} onDone={() => setClaiming(null)} /> : null}
      </Dialog>
    </Card>
  );
}

function Row({
  token,
  onClaim,
}: {
  readonly token: UnclaimedToken;
  readonly onClaim: (token: UnclaimedToken) => void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <tr>
      <td>
        <span className="name" title={token.userToken}>
          {token.userToken}
        </span>
      </td>
      <TrafficCells traffic={token.traffic} />
      <td className="r mut hide-m">
        {format.short(token.firstAt)} – {format.short(token.lastAt)}
      </td>
      <td className="r">
        <button type="button" className="btn small" onClick={() => onClaim(token)}>
          {t('common.claim')}
        </button>
      </td>
    </tr>
  );
}

function ClaimForm({ token, onDone }: { readonly token: UnclaimedToken; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const claim = useClaimToken();
  const [name, setName] = useState(token.userToken);
  const [countInCycle, setCountInCycle] = useState(false);
  const submit = () => claim.mutate({ name, userToken: token.userToken, countInCycle }, { onSuccess: onDone });
  return (
    <Form onSubmit={submit}>
      <p>{t('peers.claimWhat', { bytes: format.bytesText(token.traffic.totalBytes) })}</p>
      <TextField
        label={t('peers.userName')}
        value={name}
        onChange={setName}
        autoFocus
        error={fieldError(claim.error, 'name')}
      />
      <CountInCycle checked={countInCycle} onChange={setCountInCycle} />
      <FormError error={claim.error} fields={['name']} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={name === '' || claim.isPending}>
          {t('peers.createAndClaim')}
        </button>
      </div>
    </Form>
  );
}

interface CountInCycleProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** History comes along either way; this decides whether it weighs on the running billing cycle. */
export function CountInCycle({ checked, onChange }: CountInCycleProps) {
  const { t } = useTranslation();
  return (
    <div className="switch-row">
      <Switch label={t('peers.countInCycle')} checked={checked} onChange={onChange} />
      <span>
        {t('peers.countInCycle')}
        <span className="note">{t('peers.countInCycleWhat')}</span>
      </span>
    </div>
  );
}
