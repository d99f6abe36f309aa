import { threeTees } from '../three';

// Next caches every response here, even with no-store. Calls to Shopify are still sent.
export const fetchCache = 'force-cache';

export default async function Page() {
  return <p>{(await threeTees()).join(' ')}</p>;
}
