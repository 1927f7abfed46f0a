// The page's address names its reading: `/r/…`, or `/` for the example.

/** The reading that is there without having been made. */
export const EXAMPLE = "example";

/** The reading that the address names. */
export const here = (): string => /^\/r\/([0-9a-z]+)$/.exec(location.pathname)?.[1] ?? EXAMPLE;

/** Puts a reading in the address. */
export function go(id: string): void {
  const path = id === EXAMPLE ? "/" : `/r/${id}`;
  if (location.pathname !== path) window.history.pushState(null, "", path);
}
