declare global {
  interface Window {
    /** Set by `start.js`. */
    xpertAsked?: Map<string, Promise<Response>>;
  }
}

/** Later an answer from the start of the page would be old. */
const FRESH_MS = 10_000;

/** The answer to what `start.js` asked while the program was on its way; each is taken once. */
export function takeAsked(url: string): Promise<Response> | undefined {
  const asked = window.xpertAsked;
  const answer = asked?.get(url);
  asked?.delete(url);
  if (performance.now() < FRESH_MS) return answer;
  delete window.xpertAsked;
  return undefined;
}
