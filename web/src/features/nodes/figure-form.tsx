import { useState } from 'react';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { parseAmount } from '../../lib/format.ts';
import { useAddFigure } from './figures-api.ts';

/** Bills are in either; which one decides over seven percent. */
const UNITS = { GB: 1e9, GiB: 2 ** 30, TB: 1e12, TiB: 2 ** 40 } as const;
type Unit = keyof typeof UNITS;
const DIRECTIONS = ['both', 'out', 'in'] as const;

interface FigureFormProps {
  readonly nodeId: string;
  readonly onDone: () => void;
}

/** What the provider says it carried over whole days. */
export function FigureForm({ nodeId, onDone }: FigureFormProps) {
  const { t } = useTranslation();
  const add = useAddFigure(nodeId);
  const [firstDay, setFirstDay] = useState('');
  const [lastDay, setLastDay] = useState('');
  const [direction, setDirection] = useState<(typeof DIRECTIONS)[number]>('both');
  const [amount, setAmount] = useState('');
  const [unit, setUnit] = useState<Unit>('GB');
  const [note, setNote] = useState('');
  const said = parseAmount(amount);
  const isRight = said !== null && firstDay !== '' && lastDay !== '';
  const submit = () => {
    if (said === null || !isRight) return;
    const bytes = Math.round(said * UNITS[unit]);
    add.mutate({ firstDay, lastDay, direction, bytes, note: note.trim() }, { onSuccess: onDone });
  };
  return (
    <Form onSubmit={submit}>
      <div className="fields">
        <TextField
          label={t('nodes.bill.firstDay')}
          type="date"
          value={firstDay}
          onChange={setFirstDay}
          error={fieldError(add.error, 'firstDay')}
        />
        <TextField
          label={t('nodes.bill.lastDay')}
          type="date"
          value={lastDay}
          onChange={setLastDay}
          error={fieldError(add.error, 'lastDay')}
        />
      </div>
      <Segmented
        label={t('nodes.budget.counts')}
        value={direction}
        options={DIRECTIONS.map((value) => ({ value, label: t(`nodes.budget.direction.${value}`) }))}
        onChange={setDirection}
      />
      <TextField
        label={t('nodes.bill.amount')}
        value={amount}
        onChange={setAmount}
        inputMode="decimal"
        error={fieldError(add.error, 'bytes')}
      />
      <Segmented
        label={t('nodes.bill.unit')}
        value={unit}
        options={(Object.keys(UNITS) as Unit[]).map((value) => ({ value, label: value }))}
        onChange={setUnit}
      />
      <TextField label={t('nodes.bill.note')} value={note} onChange={setNote} maxLength={500} />
      <FormError error={add.error} fields={['firstDay', 'lastDay', 'bytes']} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={!isRight || add.isPending}>
          {t('common.save')}
        </button>
      </div>
    </Form>
  );
}
