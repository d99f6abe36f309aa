/**
 * Reads the pages that a `Link` header points to: `<https://…?page_info=abc&limit=50>; rel="next"`.
 *
 * @returns The value of `page_info` for the next and the previous page, where there is one.
 */
export function parsePageLinks(header: string | null): { readonly next?: string; readonly previous?: string } {
  const pages: { next?: string; previous?: string } = {};
  for (const [, address = '', relation] of (header ?? '').matchAll(/<([^>]*)>\s*;[^,]*?rel="?(next|previous)"?/g)) {
    const pageInfo = URL.canParse(address) ? new URL(address).searchParams.get('page_info') : null;
    if (pageInfo !== null && (relation === 'next' || relation === 'previous')) pages[relation] = pageInfo;
  }
  return pages;
}
