// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { type FreshFake, freshFake, nowhere } from './fresh-fake.ts';

// Recorded 2026-04, evidence: https://github.com/airhorns/shopify-draft-proxy at 1fba7c1.

const create = `mutation ($files: [FileCreateInput!]!) { fileCreate(files: $files) {
  files { id } userErrors { code field message } } }`;
const update = `mutation ($files: [FileUpdateInput!]!) { fileUpdate(files: $files) {
  files { id alt fileStatus ... on MediaImage { image { url } preview { image { url } } } } userErrors { code field message } } }`;
const acknowledge = `mutation ($ids: [ID!]!) { fileAcknowledgeUpdateFailed(fileIds: $ids) {
  files { fileStatus fileErrors { code } } userErrors { code field message } } }`;
const read = `query ($id: ID!) { node(id: $id) { ... on MediaImage {
  fileStatus fileErrors { code } image { url } preview { image { url } } } } }`;

/** Files, from these addresses, of which work is done. */
async function withFiles(...sources: readonly string[]): Promise<FreshFake & { readonly ids: readonly string[] }> {
  const kit = freshFake();
  const { files } = await kit.payload(create, { files: sources.map((originalSource) => ({ originalSource })) });
  await kit.clock.advance(1_000);
  return { ...kit, ids: files.map(({ id }: { readonly id: string }) => id) };
}

const cup = 'https://example.com/cup.png';
const long = 'a'.repeat(513);

describe('fileUpdate', () => {
  it('changes the files that have no error of their own', async () => {
    const { payload, ids } = await withFiles(cup, cup);
    const [first, second] = ids;
    expect(
      await payload(update, {
        files: [
          { id: first, alt: 'Cup' },
          { id: second, alt: long },
        ],
      }),
    ).toMatchObject({
      files: [{ id: first, alt: 'Cup' }],
      userErrors: [{ code: 'ALT_VALUE_LIMIT_EXCEEDED', field: ['files', '1', 'alt'] }],
    });
  });

  const twice = 'Cannot update the preview image and image at the same time because they are one and the same.';
  it.each([
    [
      { filename: 'cup.jpg', alt: long },
      [['INVALID_FILENAME_EXTENSION', 'files', 'The filename extension provided must match the original filename.']],
    ],
    [
      { filename: 'cup.PNG' },
      [['INVALID_FILENAME_EXTENSION', 'files', 'The filename extension provided must match the original filename.']],
    ],
    [
      { originalSource: 'no-address' },
      [['INVALID_IMAGE_SOURCE_URL', 'files.0.previewImageSource', 'Invalid image source url value provided']],
    ],
    [
      { originalSource: cup, previewImageSource: cup },
      [
        ['INVALID', 'files.0.previewImageSource', twice],
        ['INVALID', 'files.0.originalSource', twice],
      ],
    ],
  ])('refuses %o', async (input, expected) => {
    const { payload, ids } = await withFiles(cup);
    expect(await payload(update, { files: [{ id: ids[0], ...input }] })).toEqual({
      files: [],
      userErrors: expected.map(([code, field, message]) => ({ code, field: field?.split('.'), message })),
    });
  });

  it('tells first of what is not there, then of what is not ready', async () => {
    const { payload, ids, clock } = await withFiles(cup);
    const { files } = await payload(create, { files: [{ originalSource: cup }] });
    const notReady = { id: files[0].id, originalSource: cup, previewImageSource: cup };
    const missing = { id: nowhere('MediaImage'), alt: long };
    const errorsOf = async (...inputs: readonly object[]) => (await payload(update, { files: inputs })).userErrors;
    expect(await errorsOf(notReady, missing)).toMatchObject([{ code: 'FILE_DOES_NOT_EXIST', field: ['files'] }]);
    expect(await errorsOf({ id: ids[0], alt: 'a' }, notReady)).toEqual([
      { code: 'NON_READY_STATE', field: ['files'], message: 'Non-ready files cannot be updated.' },
    ]);
    await clock.advance(1_000);
    expect(await errorsOf({ id: files[0].id, alt: 'a' })).toEqual([]);
  });

  it('brings another image, and shows the earlier one until that is there', async () => {
    const { payload, ids, clock } = await withFiles(cup);
    const before = (await payload(read, { id: ids[0] })).image;
    const { files } = await payload(update, { files: [{ id: ids[0], originalSource: 'https://example.com/mug.png' }] });
    expect(files).toMatchObject([{ fileStatus: 'READY', image: null, preview: { image: before } }]);
    await clock.advance(1_000);
    const { image, preview } = await payload(read, { id: ids[0] });
    expect(preview.image).toEqual(image);
    expect(image.url).not.toBe(before.url);
    expect(new URL(image.url).pathname).toBe(new URL(before.url).pathname);
  });

  it('gives a file another name', async () => {
    const { payload, ids } = await withFiles(cup);
    const { files } = await payload(update, { files: [{ id: ids[0], filename: 'mug.png' }] });
    expect(new URL(files[0].image.url).pathname).toMatch(/\/mug\.png$/);
  });

  it('refuses an address that is too long as a whole', async () => {
    const { send, ids } = await withFiles(cup);
    const { errors } = await send(update, { files: [{ id: ids[0], originalSource: `${cup}?${'a'.repeat(2_048)}` }] });
    expect(errors).toMatchObject([
      { message: 'originalSource is too long (maximum is 2048)', extensions: { code: 'INVALID_FIELD_ARGUMENTS' } },
    ]);
  });
});

it('fileDelete goes by the number of an id', async () => {
  const { payload, ids } = await withFiles(cup);
  const remove = 'mutation ($ids: [ID!]!) { fileDelete(fileIds: $ids) { deletedFileIds userErrors { code } } }';
  const video = ids[0]?.replace('MediaImage', 'Video');
  expect(await payload(remove, { ids: [video] })).toEqual({ deletedFileIds: ids, userErrors: [] });
  expect((await payload(remove, { ids: [video] })).userErrors).toEqual([{ code: 'FILE_DOES_NOT_EXIST' }]);
});

describe('fileAcknowledgeUpdateFailed', () => {
  it('ends that an update is told of that failed; the image stays what it was', async () => {
    const { payload, ids, clock } = await withFiles(cup);
    const { image } = await payload(read, { id: ids[0] });
    await payload(update, { files: [{ id: ids[0], originalSource: 'https://no.invalid/a.png' }] });
    await clock.advance(1_000);
    expect(await payload(read, { id: ids[0] })).toMatchObject({
      fileStatus: 'READY',
      fileErrors: [{ code: 'IMAGE_DOWNLOAD_FAILURE' }],
      image,
    });
    const acknowledged = { files: [{ fileStatus: 'READY', fileErrors: [] }], userErrors: [] };
    expect(await payload(acknowledge, { ids })).toEqual(acknowledged);
    expect(await payload(acknowledge, { ids })).toEqual(acknowledged);
  });

  it('refuses what is not ready, once for all, and before that what is not there', async () => {
    const { payload, ids } = await withFiles('https://no.invalid/a.png', 'https://no.invalid/b.png');
    const [first, second] = ids;
    const refused = (message: string) => ({
      files: null,
      userErrors: [{ code: 'NON_READY_STATE', field: ['fileIds'], message }],
    });
    expect(await payload(acknowledge, { ids: [first] })).toEqual(
      refused(`File with id ${first} is not in the READY state.`),
    );
    expect(await payload(acknowledge, { ids })).toEqual(
      refused(`Files with ids ${first}, ${second} are not in the READY state.`),
    );
    const missing = nowhere('MediaImage');
    expect((await payload(acknowledge, { ids: [missing, first] })).userErrors).toEqual([
      { code: 'FILE_DOES_NOT_EXIST', field: ['fileIds'], message: `File id ${missing} does not exist.` },
    ]);
  });
});

describe('fileCreate in place of another file', () => {
  it.each([
    [
      { duplicateResolutionMode: 'REPLACE' },
      'INVALID_DUPLICATE_MODE_FOR_TYPE',
      'duplicateResolutionMode',
      "Duplicate resolution mode 'REPLACE' is not supported for 'MISSING' media type.",
    ],
    [
      { duplicateResolutionMode: 'REPLACE', contentType: 'IMAGE' },
      'MISSING_FILENAME_FOR_DUPLICATE_MODE_REPLACE',
      'filename',
      'Missing filename argument when attempting to use REPLACE duplicate mode.',
    ],
    [
      { duplicateResolutionMode: 'REPLACE', contentType: 'VIDEO', filename: 'cup.gif' },
      'MISMATCHED_FILENAME_AND_ORIGINAL_SOURCE',
      'filename',
      'Provided filename extension must match original source.',
    ],
  ])('refuses %o', async (input, code, field, message) => {
    const { payload } = freshFake();
    expect(await payload(create, { files: [{ originalSource: cup, ...input }] })).toEqual({
      files: [],
      userErrors: [{ code, field: ['files', '0', field], message }],
    });
  });
});

// Recorded 2026-04: videos and models go to storages of their own.
it.each([
  ['VIDEO', 'film.mp4', 'video/mp4'],
  ['MODEL_3D', 'chair.glb', 'model/gltf-binary'],
])('a staged %s is signed in the older way', async (resource, filename, mimeType) => {
  const { fake, clock, payload } = freshFake();
  const { stagedTargets } = await payload(
    `mutation ($input: [StagedUploadInput!]!) {
      stagedUploadsCreate(input: $input) { stagedTargets { url parameters { name value } } userErrors { message } }
    }`,
    { input: [{ resource, filename, mimeType, httpMethod: 'POST', fileSize: '3' }] },
  );
  const [{ url, parameters }] = stagedTargets;
  expect(parameters.map(({ name }: { name: string }) => name)).toEqual([
    'GoogleAccessId',
    'key',
    'policy',
    'signature',
  ]);
  const form = new FormData();
  for (const { name, value } of parameters) form.append(name, value);
  form.append('file', new Blob(['abc'], { type: mimeType }), filename);
  const response = await clock.run(fake.fetch(url, { method: 'POST', body: form }));
  expect(response.status).toBe(204);
});
