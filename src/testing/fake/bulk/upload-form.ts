import type { FakeRequest, WholeAnswer } from '../http/api.ts';
import type { StagedUploadEntity } from '../store/bulk-entities.ts';
import { storageError } from './storage-answers.ts';

/** A form that holds all it must, or the refusal it gets. */
type UploadForm =
  | { readonly upload: StagedUploadEntity; readonly file: Uint8Array }
  | { readonly refusal: WholeAnswer };

/**
 * Reads the form of an upload by Google's rules: every field that was given, unchanged, no other ones, and `file`
 * as the last. What comes after the file is not looked at, and so counts as missing.
 *
 * @param find The place for an upload by its key.
 */
export async function readUploadForm(
  request: FakeRequest,
  find: (key: string) => StagedUploadEntity | undefined,
): Promise<UploadForm> {
  const entries = await formEntries(request);
  if (!entries) {
    return refused('MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.');
  }
  const end = entries.findIndex(([name]) => name === 'file');
  const file = entries[end]?.[1];
  if (file === undefined) return refused('InvalidArgument', 'POST requires exactly one file upload per request.');

  const fields = entries.slice(0, end);
  const upload = find(String(new Map(fields).get('key')));
  const problem = upload ? wrongField(upload, fields) : 'Missing or unknown key';
  if (!upload || problem !== undefined) {
    const late = end < entries.length - 1 ? '; fields after "file" are not read: it must be the last' : '';
    const message = 'The content of the form does not meet the conditions specified in the policy document.';
    return refused('InvalidPolicyDocument', message, `${problem}${late}`);
  }
  return { upload, file: new Uint8Array(await new Response(file).arrayBuffer()) };
}

type Entry = readonly [name: string, value: string | File];

async function formEntries({ bytes, header }: FakeRequest): Promise<readonly Entry[] | undefined> {
  try {
    const body = new Uint8Array(bytes);
    return [...(await new Response(body, { headers: { 'content-type': header('content-type') ?? '' } }).formData())];
  } catch {
    return undefined;
  }
}

function wrongField({ parameters }: StagedUploadEntity, fields: readonly Entry[]): string | undefined {
  for (const { name, value } of parameters) {
    const given = fields.filter(([field]) => field === name);
    if (given.length === 0) return `Missing ${name}`;
    if (given.length > 1 || given[0]?.[1] !== value) return `Changed ${name}`;
  }
  const extra = fields.find(([field]) => !parameters.some(({ name }) => name === field));
  return extra && `Policy did not reference these fields: ${extra[0]}`;
}

const refused = (code: string, message: string, details?: string): UploadForm => ({
  refusal: storageError(400, code, message, details),
});
