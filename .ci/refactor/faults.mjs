/** Answers of a scripted server: what Shopify, or the way to it, does well and badly. */
const json = (body, headers = {}) =>
  new Response(JSON.stringify(body), {
    headers: {
      'content-type': 'application/json',
      'x-request-id': 'request-1',
      'x-shopify-api-version': '2026-10',
      ...headers,
    },
  });

export const costs = ({ requested = 2, actual = 2, available = 1998, maximum = 2000, rate = 100 } = {}) => ({
  cost: {
    requestedQueryCost: requested,
    actualQueryCost: actual,
    throttleStatus: { maximumAvailable: maximum, currentlyAvailable: available, restoreRate: rate },
  },
});

export const good = (data, numbers, headers) => () => json({ data, extensions: costs(numbers) }, headers);

export const body = (value, headers) => () => json(value, headers);

export const text =
  (written, headers = {}, status = 200) =>
  () =>
    new Response(written, { status, headers: { 'x-request-id': 'request-1', ...headers } });

export const status = (code, written = '{"errors":"said by Shopify"}', headers = {}) => text(written, headers, code);

export const throttled =
  (numbers = {}, errors = [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }]) =>
  () =>
    json({ errors, extensions: costs({ actual: null, ...numbers }) });

/** A connection that breaks, with the code that Node gives it. */
export const broken =
  (code, more = {}) =>
  () => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code, ...more }) });
  };

/** No answer until the request is aborted. */
export const silent = (request) =>
  new Promise((_resolve, reject) => {
    request.signal.addEventListener('abort', () => reject(request.signal.reason));
  });

/** No answer, whatever the signal says. */
export const deaf = () => new Promise(() => undefined);

/** Headers and half a body, then the connection breaks. */
export const halfBody = () =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"data":{"sh'));
        controller.error(
          new TypeError('terminated', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) }),
        );
      },
    }),
    { headers: { 'content-type': 'application/json' } },
  );

/** Headers at once and the body never. */
export const bodyNever = (request) =>
  new Response(
    new ReadableStream({
      start(controller) {
        request.signal.addEventListener('abort', () => controller.error(request.signal.reason));
      },
    }),
    { headers: { 'content-type': 'application/json' } },
  );

/** What can go wrong with any call, by name. */
export const faults = {
  'THROTTLED without numbers': body({ errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }] }),
  '429 with Retry-After': status(429, '{"errors":"Exceeded 2 calls per second"}', { 'retry-after': '2.0' }),
  '429 without Retry-After': status(429, '{}'),
  '429 with a date': status(429, '{}', { 'retry-after': 'Sun, 01 Nov 2026 00:00:07 GMT' }),
  '429 with an odd Retry-After': status(429, '{}', { 'retry-after': 'soon' }),
  400: status(400, '{"errors":{"query":"Required parameter missing or invalid"}}'),
  401: status(401, '{"errors":"[API] Invalid API key or access token"}'),
  402: status(402, '{"errors":"Unavailable Shop"}'),
  '403 unavailable shop': status(403, '{"errors":"Unavailable Shop"}'),
  '403 scope': status(403, '{"errors":"[API] This action requires merchant approval for write_products scope."}'),
  '403 non-expiring token': status(403, '{"errors":"[API] Non-expiring access tokens are no longer accepted"}'),
  404: status(404, '{"errors":"Not Found"}'),
  406: status(406, ''),
  422: status(422, '{"errors":{"title":["can\'t be blank"]}}'),
  423: status(423, '{"errors":"This shop is unavailable"}'),
  430: status(430, '{"errors":"Shopify Security Rejection"}'),
  500: status(500, '{"errors":"Internal Server Error"}'),
  '502 HTML': status(502, '<html><body>502 Bad Gateway</body></html>', { 'content-type': 'text/html' }),
  '503 with Retry-After': status(503, '{}', { 'retry-after': '3' }),
  504: status(504, ''),
  540: status(540, '{"errors":"Temporarily Disabled"}'),
  301: status(301, '', { location: 'https://evil.example/' }),
  'an HTML page': text('<html>Down for maintenance</html>', { 'content-type': 'text/html' }),
  'cut JSON': text('{"data":{"shop"', { 'content-type': 'application/json' }),
  'an empty body': text(''),
  'JSON that is no object': text('[1,2]'),
  'JSON null': text('null'),
  'a body that breaks': halfBody,
  'a reset': broken('ECONNRESET'),
  'a broken pipe': broken('EPIPE', { syscall: 'write' }),
  'a refused connection': broken('ECONNREFUSED', { syscall: 'connect' }),
  'an unknown host': broken('ENOTFOUND', { syscall: 'getaddrinfo' }),
  'a connect time-out': broken('UND_ERR_CONNECT_TIMEOUT'),
  'a header time-out': broken('UND_ERR_HEADERS_TIMEOUT'),
  'a bad certificate': broken('CERT_HAS_EXPIRED'),
  'another error': () => {
    throw new Error('scenario: odd');
  },
  'no answer': silent,
  'no answer and no ear': deaf,
  'a body that never comes': bodyNever,
};

/** What only GraphQL can say. */
export const graphqlFaults = {
  'THROTTLED with numbers': throttled({ requested: 60, available: 10 }),
  'THROTTLED with actual cost': throttled({ requested: 60, available: 10, actual: 20 }),
  ACCESS_DENIED: body({
    data: { shop: null },
    errors: [
      {
        message: 'Access denied for shop field. Required access: `read_shop` access scope.',
        extensions: { code: 'ACCESS_DENIED', requiredAccess: '`read_shop` access scope.' },
        path: ['shop'],
      },
    ],
  }),
  MAX_COST_EXCEEDED: body({
    errors: [
      {
        message: 'Query cost is 2000, which exceeds',
        extensions: { code: 'MAX_COST_EXCEEDED', cost: 2000, maxCost: 1000 },
      },
    ],
  }),
  INTERNAL_SERVER_ERROR: body({
    errors: [{ message: 'Internal error', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
  }),
  TIMEOUT: body({ errors: [{ message: 'Timeout', extensions: { code: 'TIMEOUT' } }] }),
  'an unknown code': body({ errors: [{ message: 'New', extensions: { code: 'BRAND_NEW' } }] }),
  'an error without a code': body({
    errors: [{ message: 'Field does not exist', locations: [{ line: 1, column: 3 }] }],
  }),
  'errors as text': body({ errors: 'Unavailable' }),
  'errors beside data': body({ data: { shop: { name: 'Acme' } }, errors: [{ message: 'part', path: ['shop', 'id'] }] }),
  'data null': body({ data: null, extensions: costs() }),
  SHOP_INACTIVE: body({ errors: [{ message: 'Shop inactive', extensions: { code: 'SHOP_INACTIVE' } }] }),
  'odd cost numbers': body({
    data: { shop: {} },
    extensions: { cost: { requestedQueryCost: 'many', throttleStatus: { currentlyAvailable: -5 } } },
  }),
};
