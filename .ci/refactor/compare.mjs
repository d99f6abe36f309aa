const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const shown = (value) => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 600 ? `${text.slice(0, 600)}… (${text.length} characters)` : text;
};

/**
 * Makes a comparison of plain JSON in which a value or key of the old side may also have its new name.
 *
 * @param names old → new
 */
export function createCompare(names) {
  const renamed = (text) => (Object.hasOwn(names, text) ? names[text] : text);
  const isSameText = (was, is) => was === is || renamed(was) === is;

  return (before, after) => {
    const differences = [];
    let values = 0;
    const differ = (path, was, is) => differences.push({ path: path.join('.'), was: shown(was), is: shown(is) });
    const compare = (was, is, path) => {
      if (Array.isArray(was) && Array.isArray(is)) {
        if (was.length !== is.length) differ([...path, 'length'], was.length, is.length);
        for (let at = 0; at < Math.max(was.length, is.length); at += 1) {
          if (at < was.length && at < is.length) compare(was[at], is[at], [...path, at]);
          else differ([...path, at], was[at], is[at]);
        }
      } else if (isObject(was) && isObject(is)) {
        const left = new Set(Object.keys(is));
        for (const [key, value] of Object.entries(was)) {
          const there = left.has(key) ? key : renamed(key);
          if (!left.delete(there)) differ([...path, key], value, undefined);
          else compare(value, is[there], [...path, key]);
        }
        for (const key of left) differ([...path, key], undefined, is[key]);
      } else {
        values += 1;
        const isSame = typeof was === 'string' && typeof is === 'string' ? isSameText(was, is) : Object.is(was, is);
        if (!isSame) differ(path, was, is);
      }
    };
    compare(before, after, []);
    return { values, differences };
  };
}
