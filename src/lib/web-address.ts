/**
 * The address of a site: http or https, no login, query or fragment, and nothing that ends a quoted word of a shell. Without
 * the slashes at its end. Null: it is none.
 */
export function siteAddress(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  if (`${url.username}${url.password}${url.search}${url.hash}` !== '') return null;
  // Hosts and paths may hold a quote.
  return url.href.includes("'") ? null : `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
