import type { ReactNode } from 'react';

interface FiltersProps {
  /** What can be typed: the name of a field for readers, and what stands in it while it is empty. */
  readonly label: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  /** What else there is to choose. */
  readonly children: ReactNode;
}

/** What a list is narrowed to. */
export function Filters({ label, text, onText, children }: FiltersProps) {
  return (
    <div className="filters">
      <input
        className="field"
        type="search"
        value={text}
        placeholder={label}
        aria-label={label}
        onChange={(event) => onText(event.target.value)}
      />
      {children}
    </div>
  );
}
