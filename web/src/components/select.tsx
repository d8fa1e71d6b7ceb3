import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';
import { Menu } from './menu.tsx';

export interface Option<V extends string> {
  readonly value: V;
  readonly label: ReactNode;
}

interface SelectProps<V extends string> {
  /** Shown before the value, grey; also the name for readers. */
  readonly label: string;
  readonly value: V;
  readonly options: readonly Option<V>[];
  readonly onChange: (value: V) => void;
}

/** A choice of few; the field shows what is chosen. */
export function Select<V extends string>({ label, value, options, onChange }: SelectProps<V>) {
  const chosen = options.find((option) => option.value === value);
  return (
    <Menu
      label={label}
      align="start"
      trigger={
        <button type="button" className="field">
          <span className="k">{label}</span>
          <span className="v">{chosen?.label}</span>
          <Icon name="caret" />
        </button>
      }
      items={options.map((option) => ({
        key: option.value,
        label: option.label,
        checked: option.value === value,
        onPick: () => onChange(option.value),
      }))}
    />
  );
}
