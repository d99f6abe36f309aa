import { threeTees } from '../three';

// Without options, Next would prerender this page. A call to Shopify makes it dynamic.
export default async function Page() {
  return <p>{(await threeTees()).join(' ')}</p>;
}
