/** Words as somebody types them, with spaces or commas between; each once. */
export function wordsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,،，]+/).filter((word) => word !== ''))];
}
