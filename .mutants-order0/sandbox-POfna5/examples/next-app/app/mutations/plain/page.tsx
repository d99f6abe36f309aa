// @ts-nocheck
import { threeTees } from '../three';

// No option: Next would like to prerender this page. A call to Shopify makes it dynamic.
export default async function Page() {
  return <p>{(await threeTees()).join(' ')}</p>;
}
