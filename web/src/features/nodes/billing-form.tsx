import { useState } from 'react';
import type { Node } from '../../api/types.ts';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { Select } from '../../components/select.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { type BillingDirection, useSetRule } from './billing-api.ts';

const DIRECTIONS = ['both', 'up', 'down', 'max'] as const;
/** At most 1000, with three places; a comma is taken, too. */
const MULTIPLIER = /^\d{1,4}(?:\.\d{1,3})?$/;
const WHOLE_NODE = '';

/** Holds from the next quarter of an hour on: what was billed until then stays as it is. */
export function BillingForm({ node, onDone }: { readonly node: Node; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const set = useSetRule(node.id);
  const [text, setText] = useState('');
  const [direction, setDirection] = useState<BillingDirection>('both');
  const [service, setService] = useState(WHOLE_NODE);
  const multiplier = text.trim().replace(',', '.');
  const isRight = MULTIPLIER.test(multiplier) && Number(multiplier) <= 1000;
  const submit = () =>
    set.mutate(
      { multiplier, direction, ...(service === WHOLE_NODE ? {} : { serviceId: service }) },
      { onSuccess: onDone },
    );
  return (
    <Form onSubmit={submit}>
      <p className="note">{t('nodes.billing.holds')}</p>
      <TextField
        label={t('nodes.billing.multiplier')}
        help={t('nodes.billing.multiplierHelp')}
        value={text}
        onChange={setText}
        inputMode="decimal"
        autoFocus
        error={fieldError(set.error, 'multiplier')}
      />
      <Segmented
        label={t('nodes.budget.counts')}
        value={direction}
        options={DIRECTIONS.map((value) => ({ value, label: t(`nodes.billing.direction.${value}`) }))}
        onChange={setDirection}
      />
      {node.services.length > 1 ? (
        <Select
          label={t('nodes.billing.of')}
          value={service}
          options={[
            { value: WHOLE_NODE, label: t('nodes.billing.node') },
            ...node.services.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={setService}
        />
      ) : null}
      <FormError error={set.error} fields={['multiplier']} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={!isRight || set.isPending}>
          {t('common.save')}
        </button>
      </div>
    </Form>
  );
}
