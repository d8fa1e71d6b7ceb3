import { Tooltip } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from './icon.tsx';

/** What stands behind a number or a word: on hover, on focus and on touch. The trigger must be able to take focus. */
export function Answer({ trigger, children }: { readonly trigger: ReactNode; readonly children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <Tooltip.Root open={open} onOpenChange={setOpen}>
      <Tooltip.Trigger
        asChild
        onClick={(event) => {
          // Without this the library closes on click, so that touch would never see it.
          event.preventDefault();
          setOpen(true);
        }}
      >
        {trigger}
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="pop" side="bottom" align="start" sideOffset={8} collisionPadding={12}>
          {children}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

/** The question mark of a block: what its numbers mean and how they are counted. */
export function Hint({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Answer
      trigger={
        <button type="button" className="hint" aria-label={t('common.whatIsThis')}>
          <Icon name="help" />
        </button>
      }
    >
      <p>{children}</p>
    </Answer>
  );
}

/** Facts behind a number, as pairs. */
export function Facts({ facts }: { readonly facts: readonly (readonly [term: string, fact: ReactNode])[] }) {
  return (
    <dl>
      {facts.map(([term, fact]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{fact}</dd>
        </div>
      ))}
    </dl>
  );
}
