/** Labels of things that have names, too: those that read alike are followed by the name, so that one can choose. */
export function toldApart(things: readonly { readonly name: string; readonly label: string }[]): string[] {
  const times = new Map<string, number>();
  for (const { label } of things) times.set(label, (times.get(label) ?? 0) + 1);
  return things.map(({ name, label }) => ((times.get(label) ?? 0) > 1 ? `${label} · ${name}` : label));
}
