import { type AnyRouter, defaultStringifySearch, type NavigateOptions, useRouter } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, MouseEvent } from 'react';

interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  /** A path of the panel; `$name` stands for a value of `params`. */
  readonly to: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly search?: Readonly<Record<string, unknown>>;
}

/**
 * A way to another page of the panel, with the range that is shown. Lists have hundreds: it follows nothing while it
 * stands there, where the router's own asks at each change of the address whether it leads to where we are.
 */
export function Link({ to, params = {}, search = {}, onClick, ...rest }: LinkProps) {
  const router = useRouter();
  const target = { to, params, search } as NavigateOptions;
  return (
    <a
      {...rest}
      href={addressOf(router, to, params, search)}
      // The page itself is fetched when somebody is about to go there.
      onPointerEnter={() => void router.preloadRoute(target).catch(() => undefined)}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || opensElsewhere(event)) return;
        event.preventDefault();
        void router.navigate(target);
      }}
    />
  );
}

function addressOf(router: AnyRouter, to: string, params: Readonly<Record<string, string>>, search: object): string {
  const path = to.replace(/\$(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const { range, from, to: until } = router.state.location.search;
  return `#${path}${defaultStringifySearch({ range, from, to: until, ...search })}`;
}

function opensElsewhere(event: MouseEvent): boolean {
  return event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
}
