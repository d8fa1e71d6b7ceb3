import {
  cloneElement,
  type HTMLAttributes,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useState,
} from 'react';
import { Icon, type IconName } from './icon.tsx';
import { Popover } from './overlay/popover.tsx';

export interface MenuItem {
  readonly key: string;
  readonly label: ReactNode;
  /** For menus that choose one of several. */
  readonly checked?: boolean;
  readonly bad?: boolean;
  readonly lang?: string;
  readonly onPick: () => void;
}

interface MenuProps {
  /** Opens the menu; must be a button. */
  readonly trigger: ReactElement<HTMLAttributes<HTMLElement>>;
  readonly label: string;
  readonly heading?: string;
  readonly items: readonly MenuItem[];
  readonly align?: 'start' | 'end';
}

/** A short list that opens from a button: arrows, Home, End and first letters move, Enter picks, Escape closes. */
export function Menu({ trigger, label, heading, items, align = 'end' }: MenuProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      {cloneElement(trigger, {
        'aria-haspopup': 'menu',
        'aria-expanded': anchor !== null,
        onClick: ({ currentTarget }) => setAnchor(anchor ? null : currentTarget),
      })}
      {anchor ? (
        <Popover
          anchor={anchor}
          align={align}
          className="menu"
          role="menu"
          label={label}
          onClose={() => setAnchor(null)}
          onKeyDown={moveFocus}
        >
          {heading ? <div className="menu-label">{heading}</div> : null}
          {items.map((item) => (
            // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is menuitemradio whenever it is checked or not
            <button
              key={item.key}
              type="button"
              role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
              aria-checked={item.checked}
              lang={item.lang}
              className={`item ${item.bad ? 'bad' : ''}`}
              onClick={() => {
                setAnchor(null);
                anchor.focus();
                item.onPick();
              }}
            >
              {item.label}
              {item.checked ? <Icon name="check" className="tick" /> : null}
            </button>
          ))}
        </Popover>
      ) : null}
    </>
  );
}

/** An entry with its drawing. */
export function MenuLabel({ icon, text }: { readonly icon: IconName; readonly text: string }) {
  return (
    <>
      <Icon name={icon} /> {text}
    </>
  );
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const entries = [...event.currentTarget.querySelectorAll<HTMLElement>('.item')];
  const current = entries.indexOf(document.activeElement as HTMLElement);
  const next = targetOf(event.key, entries, current);
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function targetOf(key: string, entries: readonly HTMLElement[], current: number): HTMLElement | undefined {
  if (key === 'ArrowDown') return entries[(current + 1) % entries.length];
  if (key === 'ArrowUp') return entries.at(current <= 0 ? -1 : current - 1);
  if (key === 'Home') return entries[0];
  if (key === 'End') return entries.at(-1);
  if (key.length !== 1 || key === ' ') return undefined;
  const following = [...entries.slice(current + 1), ...entries.slice(0, current + 1)];
  return following.find((entry) => entry.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()));
}
