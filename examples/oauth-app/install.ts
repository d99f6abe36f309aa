/** The addresses that a browser visits, as printed by this example. */
export interface Visit {
  readonly url: string;
  readonly status: number;
}

/** Follows an installation like the browser of a shop's owner, with cookie, to its last page. */
export async function install(begin: string): Promise<readonly Visit[]> {
  const visits: Visit[] = [];
  const { origin } = new URL(begin);
  let cookie = '';
  for (let url = begin; visits.length < 10; ) {
    const isApp = new URL(url).origin === origin;
    const response = await fetch(url, { redirect: 'manual', headers: isApp ? { cookie } : {} });
    visits.push({ url, status: response.status });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) cookie = set.split(';')[0] ?? '';
    const next = response.headers.get('location');
    if (next === null) return visits;
    url = new URL(next, url).href;
  }
  throw new Error('The installation goes round in circles.');
}
