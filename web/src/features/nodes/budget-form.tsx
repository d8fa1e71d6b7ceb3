import { useState } from 'react';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { parseAmount } from '../../lib/format.ts';
import { type Budget, useRemoveBudget, useSetBudget } from './budget-api.ts';

/** Providers sell terabytes of 10^12 bytes. */
const TB = 1e12;
const DIRECTIONS = ['out', 'in', 'both', 'max'] as const;
const MONTHLY = /^month:(\d{1,2})$/;

interface BudgetFormProps {
  readonly nodeId: string;
  readonly budget: Budget | null;
  readonly onDone: () => void;
}

export function BudgetForm({ nodeId, budget, onDone }: BudgetFormProps) {
  const { t } = useTranslation();
  const set = useSetBudget(nodeId);
  const remove = useRemoveBudget(nodeId);
  const [amount, setAmount] = useState(budget ? String(Number(budget.bytes) / TB) : '');
  const [day, setDay] = useState(budget ? (MONTHLY.exec(budget.cycle)?.[1] ?? '') : '1');
  const [direction, setDirection] = useState<Budget['direction']>(budget?.direction ?? 'out');
  const [price, setPrice] = useState(budget?.pricePerTb == null ? '' : String(budget.pricePerTb));
  const [currency, setCurrency] = useState(budget?.currency ?? '');
  const included = parseAmount(amount);
  const isRight = included !== null && (price === '' || parseAmount(price) !== null) && isDay(day, budget);
  const submit = () => {
    if (included === null || !isRight) return;
    const wish = {
      bytes: Math.round(included * TB),
      // Another cycle than by the month was told by API or command line: it stays unless a day is named.
      cycle: day === '' ? (budget?.cycle ?? 'month:1') : `month:${day}`,
      direction,
      pricePerTb: parseAmount(price),
      currency: currency.trim() || null,
    };
    set.mutate(wish, { onSuccess: onDone });
  };
  return (
    <Form onSubmit={submit}>
      <TextField
        label={t('nodes.budget.amount')}
        help={t('nodes.budget.amountHelp')}
        value={amount}
        onChange={setAmount}
        inputMode="decimal"
        error={fieldError(set.error, 'bytes')}
      />
      <TextField
        label={t('nodes.budget.day')}
        help={t('nodes.budget.dayHelp')}
        value={day}
        onChange={(text) => setDay(text.replace(/\D/g, '').slice(0, 2))}
        inputMode="numeric"
        error={fieldError(set.error, 'cycle')}
      />
      <Segmented
        label={t('nodes.budget.counts')}
        value={direction}
        options={DIRECTIONS.map((value) => ({ value, label: t(`nodes.budget.direction.${value}`) }))}
        onChange={setDirection}
      />
      <div className="fields">
        <TextField label={t('nodes.budget.price')} value={price} onChange={setPrice} inputMode="decimal" />
        <TextField label={t('nodes.budget.currency')} value={currency} onChange={setCurrency} placeholder="EUR" />
      </div>
      <FormError error={set.error} fields={['bytes', 'cycle']} />
      <div className="row-end">
        {budget ? (
          <button
            type="button"
            className="btn danger"
            onClick={() => {
              remove.mutate(budget);
              onDone();
            }}
          >
            {t('nodes.budget.remove')}
          </button>
        ) : null}
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

function isDay(day: string, budget: Budget | null): boolean {
  return day === '' ? budget !== null && !MONTHLY.test(budget.cycle) : Number(day) >= 1 && Number(day) <= 31;
}
