import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon, Logo } from '../icon.tsx';
import { AdminMenu, LanguageMenu, ThemeButton } from './controls.tsx';
import { Foot } from './foot.tsx';
import { Nav } from './nav.tsx';

/** ☰ on a phone: the menu, and what the top bar has no room for. */
export function Drawer() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger className="btn quiet icon menu-button" aria-label={t('common.menu')}>
        <Icon name="menu" />
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="drawer-shade" />
        <Dialog.Content className="drawer" aria-describedby={undefined}>
          <Dialog.Title className="brand">
            <Logo />
            Xpert
          </Dialog.Title>
          <Nav onPick={() => setOpen(false)} />
          <div className="drawer-controls">
            <AdminMenu />
            <LanguageMenu />
            <ThemeButton />
          </div>
          <Foot />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
