import type { WholeAnswer } from '../http/api.ts';

/** What the file storage behind Shopify says when it refuses: Google's XML. https://cloud.google.com/storage/docs/xml-api/reference-status */
export function storageError(status: number, code: string, message: string, details?: string): WholeAnswer {
  const more = details === undefined ? '' : `<Details>${escaped(details)}</Details>`;
  return xml(status, `<Error><Code>${code}</Code><Message>${escaped(message)}</Message>${more}</Error>`);
}

/** What it says to a form whose file it took. */
export function storedByForm(location: string, key: string): WholeAnswer {
  const body = `<PostResponse><Location>${escaped(location)}</Location><Bucket>fake-uploads</Bucket><Key>${escaped(key)}</Key></PostResponse>`;
  return xml(201, body);
}

function xml(status: number, body: string): WholeAnswer {
  const headers = { 'content-type': 'application/xml; charset=UTF-8' };
  return { type: 'answer', status, headers, body: `<?xml version='1.0' encoding='UTF-8'?>${body}` };
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
