/** Addresses that there are, to tell a wrong method from a wrong address. Looked at for refusals alone. */
export class KnownRoutes {
  readonly #routes: { readonly method: string; readonly segments: readonly string[] }[] = [];

  /** `url` as routes are declared: `/api/v1/nodes/:id`. One with a wildcard takes anything, and says nothing. */
  add(method: string, url: string): void {
    if (!url.includes('*')) this.#routes.push({ method, segments: url.split('/') });
  }

  /** Of a path without its query; empty: there is nothing at it. */
  methodsAt(path: string): readonly string[] {
    const given = path.split('/');
    const fitting = this.#routes.filter(
      ({ segments }) =>
        segments.length === given.length &&
        segments.every((segment, i) => (segment.startsWith(':') ? given[i] !== '' : segment === given[i])),
    );
    return [...new Set(fitting.map(({ method }) => method))].sort();
  }
}
