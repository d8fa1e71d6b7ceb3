import { type InputHTMLAttributes, type ReactNode, useId } from 'react';
import { Problem } from '../api/client.ts';
import { Failure } from './block.tsx';

interface TextFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly help?: ReactNode;
  readonly error?: string | undefined;
}

/** A labelled line of text, with what it is for or what is wrong with it below. */
export function TextField({ label, value, onChange, help, error, ...input }: TextFieldProps) {
  const id = useId();
  const note = error ?? help;
  return (
    <div className="form-row">
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        className="field"
        value={value}
        aria-invalid={error !== undefined}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        onChange={(event) => onChange(event.target.value)}
      />
      {note === undefined ? null : (
        <span id={`${id}-note`} className={error === undefined ? 'note' : 'note bad'}>
          {note}
        </span>
      )}
    </div>
  );
}

interface TextAreaProps extends Pick<TextFieldProps, 'label' | 'value' | 'onChange' | 'help' | 'error'> {
  readonly rows?: number;
  /** Of lines that read from left to right in every language. */
  readonly dir?: 'ltr';
}

/** The same over several lines, for text that a program reads. */
export function TextArea({ label, value, onChange, help, error, rows = 10, dir }: TextAreaProps) {
  const id = useId();
  const note = error ?? help;
  return (
    <div className="form-row">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className="field lines"
        rows={rows}
        dir={dir}
        spellCheck={false}
        value={value}
        aria-invalid={error !== undefined}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        onChange={(event) => onChange(event.target.value)}
      />
      {note === undefined ? null : (
        <span id={`${id}-note`} className={error === undefined ? 'note' : 'note bad'}>
          {note}
        </span>
      )}
    </div>
  );
}

/** What the server refused about one field, by its JSON pointer. */
export function fieldError(error: Error | null, name: string): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  return error.fields.find((field) => field.pointer === `/${name}` || field.pointer === name)?.detail;
}

/** What the server refused that belongs to no single field. */
export function FormError({
  error,
  fields = [],
}: {
  readonly error: Error | null;
  readonly fields?: readonly string[];
}) {
  if (!error || fields.some((field) => fieldError(error, field) !== undefined)) return null;
  return <Failure error={error} />;
}

interface FormProps {
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}

export function Form({ onSubmit, children }: FormProps) {
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
