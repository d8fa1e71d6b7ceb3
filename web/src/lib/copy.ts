/** Copies to the clipboard; on plain http, where browsers give none, through a selection. Answers whether it worked. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'vh';
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}

/** Copying a shown number gives its exact bytes, not the rounded text. */
export function copyExactNumbers(event: ClipboardEvent): void {
  const node = getSelection()?.anchorNode;
  const element = node instanceof Element ? node : node?.parentElement;
  const number = element?.closest<HTMLElement>('[data-exact]');
  const selected = withoutSpaces(getSelection()?.toString());
  if (!number || selected === '' || selected !== withoutSpaces(number.textContent)) return;
  event.clipboardData?.setData('text/plain', number.dataset.exact ?? '');
  event.preventDefault();
}

function withoutSpaces(text: string | undefined): string {
  return text?.replace(/\s/g, '') ?? '';
}
