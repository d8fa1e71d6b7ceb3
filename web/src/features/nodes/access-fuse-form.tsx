import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type AccessState, accessStateQuery, useSetFuse } from '../../api/access.ts';
import { Block } from '../../components/block.tsx';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { useTranslation } from '../../i18n/words.tsx';

export function AccessFuseForm({ onDone }: { readonly onDone: () => void }) {
  const state = useQuery(accessStateQuery);
  return (
    <Block query={state} skeleton={<SkeletonLines lines={3} />}>
      {({ limits }) => <Fields limits={limits} onDone={onDone} />}
    </Block>
  );
}

function Fields({ limits, onDone }: { readonly limits: AccessState['limits']; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const set = useSetFuse();
  const [most, setMost] = useState(String(limits.most));
  const [percent, setPercent] = useState(String(limits.percent));
  const digits = (text: string) => text.replace(/\D/g, '');
  return (
    <Form onSubmit={() => set.mutate({ most: Number(most), percent: Number(percent) }, { onSuccess: onDone })}>
      <p>{t('nodes.access.fuseWhat')}</p>
      <TextField
        label={t('nodes.access.most')}
        value={most}
        onChange={(text) => setMost(digits(text))}
        inputMode="numeric"
        error={fieldError(set.error, 'most')}
      />
      <TextField
        label={t('nodes.access.percent')}
        value={percent}
        onChange={(text) => setPercent(digits(text))}
        inputMode="numeric"
        help={t('nodes.access.percentHelp')}
        error={fieldError(set.error, 'percent')}
      />
      <FormError error={set.error} fields={['most', 'percent']} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button
          type="submit"
          className="btn primary"
          disabled={most === '' || percent === '' || Number(percent) > 100 || set.isPending}
        >
          {t('common.save')}
        </button>
      </div>
    </Form>
  );
}
