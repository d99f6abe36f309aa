// Loaded before the app: sends the app's requests for a shop to the fake at FAKE_ORIGIN.
const network = globalThis.fetch;
const fakeOrigin = process.env['FAKE_ORIGIN'] ?? '';

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const { hostname, pathname, search } = new URL(request.url);
  if (!hostname.endsWith('.myshopify.com')) return network(request);
  const headers = new Headers(request.headers);
  headers.set('x-shopify-shop-domain', hostname);
  const body = request.body && (await request.arrayBuffer());
  return network(new URL(pathname + search, fakeOrigin), { method: request.method, headers, body });
};
