// Runs in the page of a test: what can be pressed there, and whether a press has changed what is seen.
window.controls = (() => {
  const PRESSABLE = 'button, a[href], summary, input[type=checkbox], input[type=radio], [role=option]';
  const LAYERS = '[role=dialog], [role=menu]';
  const STATES = ['aria-pressed', 'aria-expanded', 'aria-checked', 'aria-sort', 'aria-invalid', 'aria-selected'];

  const isSeen = (element) => {
    const { width, height } = element.getBoundingClientRect();
    const seen = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    return seen && width > 1 && height > 1 && !element.closest('[inert]');
  };
  /** What is already chosen, where we already are, and what cannot be pressed. */
  const isIdle = (element) =>
    element.matches(':disabled, [aria-disabled=true], [aria-pressed=true], [aria-current=page], .skip') ||
    (element.href && element.href.replace(/\/$/, '') === location.href.replace(/\/$/, '')) ||
    (element.type === 'radio' && element.checked);
  const layers = () => [...document.querySelectorAll(LAYERS)].filter(isSeen);
  const topmost = () => layers().at(-1) ?? document.body;

  function nameOf(element) {
    const text = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
    return (text || element.title || element.closest('label')?.textContent?.trim() || element.type || '')
      .replace(/[\p{Nd}\s]+/gu, ' ')
      .slice(0, 60);
  }

  function pathOf(element) {
    const parts = [];
    for (let one = element; one && one !== document.body; one = one.parentElement)
      parts.unshift([one.tagName.toLowerCase(), ...one.classList].join('.'));
    return parts.join(' ');
  }

  /** By its words; in the rows of a list by its place, as every row has the same. */
  function keyOf(element, root) {
    const row = element.closest('tbody tr, .tl > li, .settings-list > li');
    const inRow = row && root.contains(row);
    const index = inRow ? [...row.querySelectorAll(PRESSABLE)].indexOf(element) : -1;
    const card = element.closest('section.card')?.getAttribute('aria-labelledby');
    const title = card ? document.getElementById(card)?.textContent : '';
    const where = root.matches(LAYERS) ? (root.getAttribute('aria-label') ?? 'sheet') : title;
    const look = `${element.tagName.toLowerCase()}.${[...element.classList].join('.')}`;
    return [where, look, inRow ? `of a row, ${index}` : nameOf(element)].filter(Boolean).join(' › ');
  }

  /** Those of the topmost layer, each kind once. */
  function found() {
    const root = topmost();
    const all = [...root.querySelectorAll(PRESSABLE)].filter(
      (element) => isSeen(element) && !isIdle(element) && !element.closest('.toasts'),
    );
    return new Map(all.reverse().map((element) => [keyOf(element, root), element]));
  }

  const find = (key) => found().get(key);

  /** Everything that tells the state of the page but numbers, which a live page changes by itself. */
  function look(pressed) {
    const { documentElement: root, activeElement: active, body } = document;
    const states = [...document.querySelectorAll(STATES.map((name) => `[${name}]`).join(','))].map((element) =>
      STATES.map((name) => element.getAttribute(name) ?? '').join(),
    );
    const fields = [...document.querySelectorAll('input, textarea')].map(({ type, value, checked }) =>
      type === 'checkbox' || type === 'radio' ? checked : value,
    );
    const focus = active === pressed || active === body ? '' : pathOf(active) + nameOf(active);
    const shown = document.querySelectorAll('[role=tooltip], .toast, [role=dialog], [role=menu], svg').length;
    const text = body.textContent.replace(/[\p{Nd}\s]+/gu, ' ');
    return JSON.stringify([
      location.href,
      { ...root.dataset },
      root.lang,
      root.dir,
      states,
      fields,
      focus,
      shown,
      text,
    ]);
  }

  const isToFill = ({ disabled, readOnly, type, value }) =>
    !disabled && !readOnly && !value && !['checkbox', 'radio', 'file'].includes(type);

  let before = '';
  let pressed = null;
  let hasLanded = false;
  const land = (event) => {
    hasLanded ||= event.composedPath().some((one) => one === pressed || (one.control && one.control === pressed));
  };
  document.addEventListener('click', land, { capture: true });
  /** What was pressed shows by itself that it works, if only for a moment. */
  let hasStirred = false;
  const stir = new MutationObserver(() => {
    hasStirred = true;
  });

  return {
    keys: () => [...found().keys()].reverse(),
    /** What holds for all pages: theme, contrast, language. */
    manner: () => JSON.stringify([{ ...document.documentElement.dataset }, document.documentElement.lang]),
    layers: () => layers().length + document.querySelectorAll('[role=tooltip]').length,
    /** Their number as soon as it is another one than `count`. */
    async layersBut(count, patienceMs) {
      for (const end = performance.now() + patienceMs; performance.now() < end && this.layers() === count; )
        await new Promise((done) => setTimeout(done, 16));
      return this.layers();
    },
    isThere: (key) => find(key) !== undefined,
    isSubmit: () => pressed?.isConnected && pressed.type === 'submit' && pressed.form !== null,

    /** Brings it into sight. @returns its middle, and what lies over it. */
    aim(key) {
      const element = find(key);
      if (!element) return null;
      element.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
      const { left, top, width, height } = element.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      const hit = document.elementFromPoint(x, y);
      const isOwn =
        hit && (element.contains(hit) || hit.contains(element) || hit.closest('label')?.control === element);
      return { x, y, over: isOwn ? null : hit ? pathOf(hit) : 'nothing: it is out of sight' };
    },

    /** Remembers the page as it is before `key` is pressed. */
    remember(key) {
      hasLanded = false;
      pressed = find(key);
      stir.disconnect();
      hasStirred = false;
      stir.observe(pressed, { attributes: true, subtree: true, childList: true, characterData: true });
      before = look(pressed);
    },

    /** Whether the press came to what was to be pressed: a live page may have moved it away. */
    hasLanded: () => hasLanded,

    /** Whether something has changed, as soon as it has. */
    async hasChanged(patienceMs) {
      for (const end = performance.now() + patienceMs; performance.now() < end; ) {
        if (hasStirred || look(pressed) !== before) return true;
        await new Promise((done) => setTimeout(done, 16));
      }
      return false;
    },

    /** The focus is where it was pressed, or at least not lost, where what was pressed is gone. */
    focusFault() {
      const { activeElement: active, body } = document;
      if (active === pressed) return null;
      if (pressed?.isConnected && isSeen(pressed)) return `the focus went to ${active ? pathOf(active) : 'nothing'}`;
      return active === body ? 'the focus was lost' : null;
    },

    /** Of what lies over the page, the parts that stand out of the window. */
    clipped() {
      const over = [...document.querySelectorAll('[role=dialog], [role=menu], [role=tooltip], .toast')].filter(isSeen);
      const faults = over.flatMap((box) => {
        const { left, right, top, bottom } = box.getBoundingClientRect();
        // A sheet scrolls as a whole: higher than the window it may be, wider not.
        const isHigh = !box.closest('.sheet') && (top < -0.5 || bottom > innerHeight + 0.5);
        const out = left < -0.5 || right > innerWidth + 0.5 || isHigh;
        const edges = [left, top, right, bottom].map(Math.round).join(' ');
        const wide = box.scrollWidth > box.clientWidth + 1;
        return [
          ...(out ? [`${pathOf(box)} stands out of the window: ${edges}`] : []),
          ...(wide ? [`${pathOf(box)} is ${box.scrollWidth - box.clientWidth} px too wide for itself`] : []),
        ];
      });
      const beyond = document.documentElement.scrollWidth - innerWidth;
      return beyond > 0 ? [...faults, `the page is ${beyond} px too wide`] : faults;
    },

    /** Sends the form again, with something in every field, as somebody would type it. @returns whether one was empty */
    sendFilled() {
      const fields = [...pressed.form.querySelectorAll('input, textarea')].filter(isToFill);
      if (fields.length === 0) return false;
      for (const field of fields) {
        const values = {
          number: '7',
          date: '2026-11-01',
          time: '12:00',
          'datetime-local': '2026-11-01T12:00',
          url: 'http://127.0.0.1:9/',
        };
        const kind = field.inputMode === 'decimal' || field.inputMode === 'numeric' ? 'number' : field.type;
        const prototype = field.tagName === 'TEXTAREA' ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
        Object.getOwnPropertyDescriptor(prototype, 'value').set.call(field, values[kind] ?? 'something');
        field.dispatchEvent(new Event('input', { bubbles: true }));
        field.dispatchEvent(new Event('change', { bubbles: true }));
      }
      hasStirred = false;
      before = look(pressed);
      pressed.click();
      return true;
    },

    /** Messages go: their end would look like the answer to the next press. */
    dismiss() {
      for (const button of document.querySelectorAll('.toast button:last-of-type')) button.click();
    },
  };
})();
