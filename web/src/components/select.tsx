import { Select as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';

export interface Option<V extends string> {
  readonly value: V;
  readonly label: ReactNode;
}

interface SelectProps<V extends string> {
  /** Shown before the value, grey; also the name for readers. */
  readonly label: string;
  readonly showLabel?: boolean;
  readonly value: V;
  readonly options: readonly Option<V>[];
  readonly onChange: (value: V) => void;
  readonly className?: string;
}

/** A choice of few. An empty string as value stands for "any". */
export function Select<V extends string>(props: SelectProps<V>) {
  const { label, showLabel = true, value, options, onChange, className = '' } = props;
  const chosen = options.find((option) => option.value === value);
  return (
    <Primitive.Root value={encode(value)} onValueChange={(next) => onChange(decode(next) as V)}>
      <Primitive.Trigger className={`field ${className}`} aria-label={label}>
        {showLabel ? <span className="k">{label}</span> : null}
        <Primitive.Value asChild>
          <span className="v">{chosen?.label}</span>
        </Primitive.Value>
        <Primitive.Icon asChild>
          <Icon name="caret" />
        </Primitive.Icon>
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content className="menu" position="popper" sideOffset={4} collisionPadding={8}>
          <Primitive.Viewport>
            {options.map((option) => (
              <Primitive.Item key={option.value} value={encode(option.value)} className="item">
                <Primitive.ItemText>{option.label}</Primitive.ItemText>
                <Primitive.ItemIndicator className="tick">
                  <Icon name="check" />
                </Primitive.ItemIndicator>
              </Primitive.Item>
            ))}
          </Primitive.Viewport>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

// The primitive keeps the empty string for itself.
const encode = (value: string) => (value === '' ? '\u0000' : value);
const decode = (value: string) => (value === '\u0000' ? '' : value);
