import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useId } from 'react';
import { usersQuery } from '../api/resources.ts';
import { TextField } from './form.tsx';

interface UserFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (name: string) => void;
  readonly error?: string | undefined;
}

/** A user by name; the server proposes some as it is typed. */
export function UserField({ label, value, onChange, error }: UserFieldProps) {
  const id = useId();
  const search = useDeferredValue(value.trim());
  const found = useQuery({ ...usersQuery({ search, limit: 8 }), enabled: search !== '' }).data?.items ?? [];
  return (
    <>
      <TextField label={label} value={value} onChange={onChange} list={id} autoComplete="off" error={error} />
      <datalist id={id}>
        {found.map(({ id: user, name }) => (
          <option key={user} value={name} />
        ))}
      </datalist>
    </>
  );
}
