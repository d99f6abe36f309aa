// @ts-nocheck
import { threeTees } from '../three';

// Next keeps every response here, no-store or not. Calls to Shopify are sent all the same.
export const fetchCache = 'force-cache';

export default async function Page() {
  return <p>{(await threeTees()).join(' ')}</p>;
}
