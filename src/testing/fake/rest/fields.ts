import type { Json } from './types.ts';

/** Only the fields that `fields` names, such as `id,title`; all where it is not given. */
export function withFields(view: Json, fields: string | null): Json {
  if (fields === null) return view;
  const wanted = fields.split(',').map((field) => field.trim());
  return Object.fromEntries(wanted.flatMap((field) => (field in view ? [[field, view[field]]] : [])));
}
