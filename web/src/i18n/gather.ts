/** Joins the string files of all features under their folder's name: `features/nodes/strings.en.json` is `nodes.*`. */
export function gather(files: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(files).map(([path, strings]) => [
      path.includes('/features/') ? path.split('/').at(-2) : 'common',
      strings,
    ]),
  );
}
