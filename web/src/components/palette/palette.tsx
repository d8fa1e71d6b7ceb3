import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from '../../i18n/words.tsx';
import { Icon } from '../icon.tsx';
import { Modal } from '../overlay/modal.tsx';
import { type Command, GROUPS, useCommands } from './use-commands.ts';

/** Every page, user, device, node and action by name: type, arrows, Enter. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [marked, setMarked] = useState(0);
  /** Enter came before the server's answer: what it finds first is meant. */
  const [hurried, setHurried] = useState(false);
  const { commands, waiting } = useCommands(text);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const current = Math.min(marked, commands.length - 1);
  const [first] = commands;
  const pick = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  useEffect(() => {
    if (hurried && !waiting && first) {
      onClose();
      first.run();
    }
  }, [hurried, waiting, first, onClose]);
  const mark = (index: number) => {
    setMarked(index);
    list.current?.querySelectorAll('[role="option"]')[index]?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextMark(event.key, current, commands.length);
    if (next !== undefined) mark(next);
    else if (event.key === 'Enter' && waiting && commands.length === 0) setHurried(true);
    else if (event.key === 'Enter') pick(commands[current]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal shade="sheet palette-shade" className="palette" labelledBy={`${id}title`} onClose={onClose}>
      <h2 className="vh" id={`${id}title`}>
        {t('common.palette.title')}
      </h2>
      <div className="palette-field">
        <Icon name="search" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}list`}
          aria-activedescendant={commands[current] ? `${id}${current}` : undefined}
          aria-label={t('common.palette.title')}
          placeholder={t('common.palette.placeholder')}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setMarked(0);
            setHurried(false);
          }}
          onKeyDown={onKeyDown}
          spellCheck={false}
          autoComplete="off"
        />
        <kbd>Esc</kbd>
      </div>
      <div ref={list} id={`${id}list`} className="palette-list" role="listbox" aria-label={t('common.palette.title')}>
        <Groups commands={commands} current={current} id={id} onPick={pick} onMark={setMarked} />
      </div>
      <p className="palette-note" role="status">
        {waiting && commands.length === 0
          ? t('common.palette.looking')
          : commands.length === 0
            ? t('common.palette.nothing')
            : ''}
      </p>
      <p className="palette-keys" aria-hidden="true">
        <kbd>↑</kbd> <kbd>↓</kbd> {t('common.palette.move')} <kbd>↵</kbd> {t('common.palette.open')}
      </p>
    </Modal>
  );
}

interface GroupsProps {
  readonly commands: readonly Command[];
  readonly current: number;
  readonly id: string;
  readonly onPick: (command: Command) => void;
  readonly onMark: (index: number) => void;
}

function Groups({ commands, current, id, onPick, onMark }: GroupsProps) {
  const { t } = useTranslation();
  const indexed = commands.map((command, index) => ({ command, index }));
  return GROUPS.map((group) => {
    const members = indexed.filter(({ command }) => command.group === group);
    if (members.length === 0) return null;
    return (
      // biome-ignore lint/a11y/useSemanticElements: a group of a listbox, a fieldset is for forms
      <div key={group} role="group" aria-label={t(`common.palette.group.${group}`)}>
        <div className="menu-label" aria-hidden="true">
          {t(`common.palette.group.${group}`)}
        </div>
        {members.map(({ command, index }) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: keys belong to the field, which names the marked one
          <div
            key={command.key}
            id={`${id}${index}`}
            role="option"
            aria-selected={index === current}
            className="item"
            onPointerMove={() => onMark(index)}
            onClick={() => onPick(command)}
          >
            <Icon name={command.icon} />
            <span className="cut">{command.label}</span>
            {command.detail ? <span className="detail cut">{command.detail}</span> : null}
          </div>
        ))}
      </div>
    );
  });
}

function nextMark(key: string, current: number, count: number): number | undefined {
  if (count === 0) return undefined;
  if (key === 'ArrowDown') return (current + 1) % count;
  if (key === 'ArrowUp') return (current - 1 + count) % count;
  if (key === 'PageDown') return Math.min(count - 1, current + 8);
  if (key === 'PageUp') return Math.max(0, current - 8);
  return undefined;
}
