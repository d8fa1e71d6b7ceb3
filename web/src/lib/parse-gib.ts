/** GiB as they are typed, with a point or a comma, as bytes; null where it is no amount. */
export function parseGib(text: string): number | null {
  const value = Number(text.trim().replace(',', '.'));
  return text.trim() === '' || !Number.isFinite(value) || value <= 0 ? null : Math.round(value * 2 ** 30);
}
