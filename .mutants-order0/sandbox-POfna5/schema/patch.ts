// @ts-nocheck
import { definitionParts, schemaDefinitions } from '../src/graphql/schema-file.ts';

/** Makes the patch that leads from one schema to another, in the form that `patchedSchema` describes. */
export function schemaPatch(from: string, to: string): string {
  const [before, after] = [schemaDefinitions(from), schemaDefinitions(to)];
  const gone = [...before.keys()].filter((name) => !after.has(name)).map((name) => `-${name}`);
  const blocks = [...after].flatMap(([name, definition]) => {
    const old = before.get(name);
    if (old === definition) return [];
    return [
      old !== undefined && isListed(old) && isListed(definition) ? changeBlock(name, old, definition) : definition,
    ];
  });
  const head = to.slice(0, to.indexOf('\n\n'));
  return `${[head, ...(gone.length > 0 ? [gone.join('\n')] : []), ...blocks].join('\n\n')}\n`;
}

/** Whether a definition has a line for each member. */
const isListed = (definition: string): boolean => definition.endsWith('\n}');

function changeBlock(name: string, old: string, definition: string): string {
  const [before, after] = [definitionParts(old), definitionParts(definition)];
  const lines = [
    ...(before.first === after.first ? [] : [`=${after.first}`]),
    ...[...before.members.keys()].filter((member) => !after.members.has(member)).map((member) => `-${member}`),
    ...[...after.members].filter(([member, line]) => before.members.get(member) !== line).map(([, line]) => `+${line}`),
  ];
  return [`~${name}`, ...lines].join('\n');
}
