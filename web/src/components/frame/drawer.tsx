import { useId, useState } from 'react';
import { useTranslation } from '../../i18n/words.tsx';
import { Icon, Logo } from '../icon.tsx';
import { Modal } from '../overlay/modal.tsx';
import { AdminMenu, LanguageMenu, ThemeButton } from './controls.tsx';
import { Foot } from './foot.tsx';
import { Nav } from './nav.tsx';

/** ☰ on a phone: the menu, and what the top bar has no room for. */
export function Drawer() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <>
      <button
        type="button"
        className="btn quiet icon menu-button"
        aria-label={t('common.menu')}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(true)}
      >
        <Icon name="menu" />
      </button>
      {open ? (
        <Modal shade="drawer-shade" className="drawer" labelledBy={id} onClose={() => setOpen(false)}>
          <h2 className="brand" id={id}>
            <Logo />
            Xpert
          </h2>
          <Nav onPick={() => setOpen(false)} />
          <div className="drawer-controls">
            <AdminMenu />
            <LanguageMenu />
            <ThemeButton />
          </div>
          <Foot />
        </Modal>
      ) : null}
    </>
  );
}
