// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { type FreshFake, freshFake, nowhere } from './fresh-fake.ts';

const errors = 'userErrors { code field message elementKey elementIndex }';
const define = `mutation ($definition: MetaobjectDefinitionCreateInput!) {
  metaobjectDefinitionCreate(definition: $definition) {
    metaobjectDefinition {
      id type hasThumbnailField metaobjectsCount access { admin storefront }
      capabilities { publishable { enabled } translatable { enabled } onlineStore { enabled data { urlHandle } } }
      fieldDefinitions {
        key required type { name category } validations { name value } capabilities { adminFilterable { enabled } }
      }
    }
    ${errors}
  }
}`;
const redefine = `mutation ($id: ID!, $definition: MetaobjectDefinitionUpdateInput!) {
  metaobjectDefinitionUpdate(id: $id, definition: $definition) {
    metaobjectDefinition { name displayNameKey fieldDefinitions { key name required } }
    ${errors}
  }
}`;
const undefine =
  'mutation ($id: ID!) { metaobjectDefinitionDelete(id: $id) { deletedId userErrors { code field message } } }';
const shown = `metaobject {
  id handle type displayName capabilities { publishable { status } } fields { key value jsonValue }
}`;
const create = `mutation ($metaobject: MetaobjectCreateInput!) {
  metaobjectCreate(metaobject: $metaobject) { ${shown} ${errors} }
}`;
const update = `mutation ($id: ID!, $metaobject: MetaobjectUpdateInput!) {
  metaobjectUpdate(id: $id, metaobject: $metaobject) { ${shown} ${errors} }
}`;
const upsert = `mutation ($handle: MetaobjectHandleInput!, $metaobject: MetaobjectUpsertInput) {
  metaobjectUpsert(handle: $handle, metaobject: $metaobject) { ${shown} ${errors} }
}`;
const remove = 'mutation ($id: ID!) { metaobjectDelete(id: $id) { deletedId userErrors { code field message } } }';

const text = (key: string, more: object = {}): object => ({ key, type: 'single_line_text_field', ...more });

/** A fake in which recipes are defined; gives the gid of the definition. */
async function withRecipes({ payload }: FreshFake, more: object = {}): Promise<string> {
  const definition = {
    ...{ type: 'recipe', name: 'Recipe', displayNameKey: 'title' },
    fieldDefinitions: [
      text('title', { name: 'Title', required: true }),
      { key: 'minutes', type: 'number_integer', validations: [{ name: 'max', value: '90' }] },
      { key: 'steps', type: 'list.number_integer' },
    ],
    ...more,
  };
  const { metaobjectDefinition, userErrors } = await payload(define, { definition });
  expect(userErrors).toEqual([]);
  return metaobjectDefinition.id;
}

const field = (key: string, value: string): object => ({ key, value });
const soup = { type: 'recipe', fields: [field('title', 'Onion soup')] };

// Recorded 2026-04, of development stores, but where a comment says otherwise.
describe('metaobjects', () => {
  it('have all fields of their definition, in its order, with the values as they are kept', async () => {
    const fake = freshFake();
    await withRecipes(fake);
    const fields = [field('steps', '[1,2]'), field('title', 'Onion soup')];
    const { metaobject } = await fake.payload(create, { metaobject: { type: 'recipe', fields } });
    expect(metaobject).toMatchObject({
      ...{ handle: 'onion-soup', displayName: 'Onion soup', capabilities: { publishable: null } },
      fields: [
        { key: 'title', value: 'Onion soup', jsonValue: 'Onion soup' },
        { key: 'minutes', value: null, jsonValue: null },
        { key: 'steps', value: '[1,2]', jsonValue: [1, 2] },
      ],
    });
    const changed = await fake.payload(update, { id: metaobject.id, metaobject: { fields: [field('minutes', '20')] } });
    expect(changed.metaobject.fields.map(({ value }: { value: string }) => value)).toEqual([
      ...['Onion soup', '20', '[1,2]'],
    ]);
  });

  it('get a handle of their own where the wanted one is taken or none is wanted', async () => {
    const fake = freshFake();
    await withRecipes(fake, { displayNameKey: null, fieldDefinitions: [text('title')] });
    const made = async (handle?: string) =>
      (await fake.payload(create, { metaobject: { ...soup, ...(handle !== undefined && { handle }) } })).metaobject;
    expect(await made('OnionSoup')).toMatchObject({ handle: 'onionsoup', displayName: 'Onion Soup' });
    expect(await made('onionsoup')).toMatchObject({ handle: 'onionsoup-1', displayName: 'Onionsoup 1' });
    const unnamed = await made();
    expect(unnamed.handle).toMatch(/^recipe-[a-z0-9]{8}$/);
    expect(unnamed.displayName).toBe(`Recipe #${unnamed.handle.slice('recipe-'.length).toUpperCase()}`);
  });

  it('are found by type, search and order', async () => {
    const fake = freshFake();
    await withRecipes(fake);
    for (const title of ['Onion soup', 'Apple pie', 'Bread'])
      await fake.payload(create, { metaobject: { type: 'RECIPE', fields: [field('title', title)] } });
    const found = async (args: string): Promise<readonly string[]> => {
      const { nodes } = await fake.payload(`{ metaobjects(first: 5, ${args}) { nodes { displayName } } }`);
      return nodes.map(({ displayName }: { displayName: string }) => displayName);
    };
    expect(await found('type: "recipe"')).toEqual(['Onion soup', 'Apple pie', 'Bread']);
    expect(await found('type: "recipe", sortKey: "display_name"')).toEqual(['Apple pie', 'Bread', 'Onion soup']);
    expect(await found('type: "recipe", query: "display_name:pie"')).toEqual(['Apple pie']);
    expect(await found('type: "recipe", query: "handle:bread"')).toEqual(['Bread']);
    expect(await found('type: "menu"')).toEqual([]);
    const unfollowed = await fake.send(
      '{ metaobjects(first: 1, type: "recipe", query: "fields.title:pie") { nodes { id } } }',
    );
    expect(unfollowed.errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
  });

  it.each([
    [[field('minutes', '2')], ['metaobject'], 'OBJECT_FIELD_REQUIRED', "Title can't be blank", 'title', null],
    [
      [field('title', '')],
      ['metaobject', 'fields', '0'],
      'OBJECT_FIELD_REQUIRED',
      "Title can't be blank",
      'title',
      null,
    ],
    [
      [field('title', 'A'), field('cook', 'B')],
      ['metaobject', 'fields', '1'],
      'UNDEFINED_OBJECT_FIELD',
      'Field definition "cook" does not exist',
      'cook',
      null,
    ],
    [
      [field('title', 'A'), field('minutes', '100')],
      ['metaobject', 'fields', '1'],
      'INVALID_VALUE',
      'Value has a maximum of 90.',
      'minutes',
      null,
    ],
    [
      [field('steps', '[1,"x"]'), field('title', 'A')],
      ['metaobject', 'fields', '0'],
      'INVALID_VALUE',
      'Value must be an integer.',
      'steps',
      1,
    ],
  ])('are refused with the fields %j', async (fields, place, code, message, elementKey, elementIndex) => {
    const fake = freshFake();
    await withRecipes(fake);
    expect(await fake.payload(create, { metaobject: { type: 'recipe', fields } })).toEqual({
      metaobject: null,
      userErrors: [{ code, field: place, message, elementKey, elementIndex }],
    });
  });

  it('are refused twice with a required field that is given twice', async () => {
    const fake = freshFake();
    await withRecipes(fake);
    const fields = [field('title', 'A'), field('title', 'B')];
    const { userErrors } = await fake.payload(create, { metaobject: { type: 'recipe', fields } });
    expect(userErrors).toMatchObject([
      { code: 'DUPLICATE_FIELD_INPUT', field: ['metaobject', 'fields', '1'] },
      { code: 'OBJECT_FIELD_REQUIRED', field: ['metaobject', 'fields', '1'] },
    ]);
  });

  it('are refused what their definition does not allow', async () => {
    const fake = freshFake();
    await withRecipes(fake);
    const capabilities = { publishable: { status: 'ACTIVE' }, onlineStore: { templateSuffix: 'wide' } };
    const { userErrors } = await fake.payload(upsert, {
      handle: { type: 'recipe', handle: 'soup' },
      metaobject: { fields: soup.fields, capabilities },
    });
    expect(userErrors).toMatchObject([
      { field: ['metaobject', 'capabilities', 'publishable'], message: 'Capability is not enabled: publishable' },
      { field: ['metaobject', 'capabilities', 'onlineStore'], message: 'Capability is not enabled: online_store' },
    ]);
    const published = freshFake();
    await withRecipes(published, { capabilities: { publishable: { enabled: true } } });
    const metaobject = { ...soup, capabilities: { publishable: { status: 'ACTIVE' } } };
    expect((await published.payload(create, { metaobject })).metaobject.capabilities).toEqual({
      publishable: { status: 'ACTIVE' },
    });
  });

  it('are refused handles, those that are there already more of them', async () => {
    const fake = freshFake();
    await withRecipes(fake);
    const first = (await fake.payload(create, { metaobject: { ...soup, handle: 'soup' } })).metaobject;
    await fake.payload(create, { metaobject: { ...soup, handle: 'stew' } });
    const said = async (handle: string) =>
      (await fake.payload(update, { id: first.id, metaobject: { handle } })).userErrors.map(
        ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
      );
    expect(await said('')).toEqual(["BLANK: Handle can't be blank", 'INVALID: Handle is invalid']);
    expect(await said('a b')).toEqual(['INVALID: Handle is invalid']);
    expect(await said('a'.repeat(256))).toEqual(['TOO_LONG: Handle is too long (maximum is 255 characters)']);
    expect(await said('stew')).toEqual(['TAKEN: Handle has already been taken']);
    expect((await fake.payload(create, { metaobject: { ...soup, handle: '' } })).metaobject.handle).toBe('onion-soup');
  });

  it('go, and are not there', async () => {
    const fake = freshFake();
    await withRecipes(fake);
    const { id } = (await fake.payload(create, { metaobject: soup })).metaobject;
    expect(await fake.payload(remove, { id })).toEqual({ deletedId: id, userErrors: [] });
    const notFound = [{ code: 'RECORD_NOT_FOUND', field: ['id'], message: 'Record not found' }];
    expect(await fake.payload(remove, { id })).toEqual({ deletedId: null, userErrors: notFound });
    expect((await fake.payload(update, { id, metaobject: {} })).userErrors).toMatchObject(notFound);
    expect((await fake.payload(undefine, { id: nowhere('MetaobjectDefinition') })).userErrors).toEqual(notFound);
  });
});

describe('definitions of metaobjects', () => {
  it('tell of access, capabilities and fields', async () => {
    const { payload } = freshFake();
    const definition = {
      ...{ type: 'Recipe', access: { storefront: 'PUBLIC_READ' } },
      capabilities: { translatable: { enabled: true }, onlineStore: { enabled: true, data: { urlHandle: 'recipes' } } },
      fieldDefinitions: [
        text('title', { capabilities: { adminFilterable: { enabled: true } } }),
        { key: 'source', type: 'link' },
      ],
    };
    expect((await payload(define, { definition })).metaobjectDefinition).toMatchObject({
      ...{ type: 'recipe', metaobjectsCount: 0, access: { admin: 'PUBLIC_READ_WRITE', storefront: 'PUBLIC_READ' } },
      capabilities: {
        publishable: { enabled: false },
        translatable: { enabled: true },
        onlineStore: { enabled: true, data: { urlHandle: 'recipes' } },
      },
      fieldDefinitions: [
        { key: 'title', capabilities: { adminFilterable: { enabled: true } } },
        {
          key: 'source',
          type: { name: 'link', category: 'LINK' },
          capabilities: { adminFilterable: { enabled: false } },
        },
      ],
    });
    expect((await payload(define, { definition: { ...definition, type: 'RECIPE' } })).userErrors).toMatchObject([
      { code: 'TAKEN', field: ['definition', 'type'] },
    ]);
  });

  it('are refused too many fields to filter by, and keys that are reserved', async () => {
    const { payload } = freshFake();
    const filterable = { capabilities: { adminFilterable: { enabled: true } } };
    const fieldDefinitions = Array.from({ length: 41 }, (_, index) => text(`field_${index}`, filterable));
    const { userErrors } = await payload(define, { definition: { type: 'wide', fieldDefinitions } });
    expect(userErrors.map(({ message }: { message: string }) => message)).toEqual([
      'Maximum 40 fields per metaobject definition',
      'Maximum 40 admin filterable fields per metaobject definition',
    ]);
    const reserved = await payload(define, { definition: { type: 'own', fieldDefinitions: [text('id')] } });
    expect(reserved.userErrors).toMatchObject([
      { code: 'RESERVED_NAME', message: 'The name "id" is reserved for system use', elementKey: 'id' },
    ]);
  });

  it('are at most 128', async () => {
    const { payload } = freshFake({ shops: [{ plan: 'plus' }] });
    const one = (number: number) => payload(define, { definition: { type: `type_${number}` } });
    for (let number = 0; number < 128; number += 1) await one(number);
    expect((await one(128)).userErrors).toMatchObject([
      {
        code: 'MAX_DEFINITIONS_EXCEEDED',
        field: ['definition'],
        message: 'Total definition count exceeds the limit of 128',
      },
    ]);
  });

  it('change field by field', async () => {
    const fake = freshFake();
    const id = await withRecipes(fake);
    const fieldDefinitions = [
      { create: text('cook', { name: 'Cook', required: true }) },
      { update: { key: 'minutes', name: 'Time' } },
      { delete: { key: 'steps' } },
    ];
    const definition = { name: 'Dish', displayNameKey: 'cook', fieldDefinitions };
    expect((await fake.payload(redefine, { id, definition })).metaobjectDefinition).toEqual({
      ...{ name: 'Dish', displayNameKey: 'cook' },
      fieldDefinitions: [
        { key: 'title', name: 'Title', required: true },
        { key: 'minutes', name: 'Time', required: false },
        { key: 'cook', name: 'Cook', required: true },
      ],
    });
  });

  const renderable = (data: object): object => ({ capabilities: { renderable: { enabled: true, data } } });
  const operation = (entry: object): object => ({ fieldDefinitions: [entry] });
  it.each([
    [{ name: ' ' }, 'BLANK', 'definition.name', "Name can't be blank"],
    [
      operation({ create: text('title') }),
      'OBJECT_FIELD_TAKEN',
      'definition.fieldDefinitions.0.create.key',
      'Field definition "title" is already taken',
    ],
    [
      operation({ update: { key: 'cook' } }),
      'UNDEFINED_OBJECT_FIELD',
      'definition.fieldDefinitions.0.update.key',
      'Field definition "cook" does not exist',
    ],
    [
      operation({ delete: { key: 'cook' } }),
      'UNDEFINED_OBJECT_FIELD',
      'definition.fieldDefinitions.0.delete.key',
      'Field definition "cook" does not exist',
    ],
    [
      operation({ create: text('c') }),
      'TOO_SHORT',
      'definition.fieldDefinitions.0.create',
      'Key is too short (minimum is 2 characters)',
    ],
    [
      { displayNameKey: 'cook' },
      'UNDEFINED_OBJECT_FIELD',
      'definition.displayNameKey',
      'Field definition "cook" does not exist',
    ],
    [
      renderable({ metaTitleKey: 'cook' }),
      'INVALID',
      'definition.capabilities.renderable',
      'Field definition "cook" does not exist',
    ],
    [
      renderable({ metaDescriptionKey: 'minutes' }),
      'FIELD_TYPE_INVALID',
      'definition.capabilities.renderable',
      'Renderable Capability "meta_description_key" cannot reference the field definition "minutes" of type "number_integer". Only single_line_text_field, multi_line_text_field, rich_text_field definitions are allowed.',
    ],
  ])('refuse the change %j', async (definition, code, path, message) => {
    const fake = freshFake();
    const id = await withRecipes(fake);
    expect((await fake.payload(redefine, { id, definition })).userErrors).toMatchObject([
      { code, field: path.split('.'), message },
    ]);
  });

  it('take their metaobjects with them', async () => {
    const fake = freshFake();
    const id = await withRecipes(fake);
    const made = (await fake.payload(create, { metaobject: soup })).metaobject;
    const counted = `{ metaobjectDefinitions(first: 5) { nodes { metaobjectsCount metaobjects(first: 2) { nodes { id } } } } }`;
    expect((await fake.payload(counted)).nodes).toEqual([
      { metaobjectsCount: 1, metaobjects: { nodes: [{ id: made.id }] } },
    ]);
    expect(await fake.payload(undefine, { id })).toEqual({ deletedId: id, userErrors: [] });
    expect(await fake.payload(`{ metaobject(id: "${made.id}") { id } }`)).toBeNull();
  });
});
