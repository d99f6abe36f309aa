import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** One import or re-export line of a source file. */
export interface Import {
  /** Path below `src`, such as `sync/push-many.ts`. */
  readonly from: string;
  /** Path below `src`, or the name of a package. */
  readonly to: string;
  readonly isPackage: boolean;
  readonly typeOnly: boolean;
}

const root = resolve(import.meta.dirname, '../../src');
const pattern = /(?:^|\n)\s*(import|export)\s+(type\s+)?(?:[^'";]*?from\s+)?'([^']+)'|import\(\s*'([^']+)'\s*\)/g;

/** All imports of the sources, generated files apart. */
export function readImports(): readonly Import[] {
  return sourceFiles().flatMap((from) => {
    const text = readFileSync(join(root, from), 'utf8');
    return [...text.matchAll(pattern)].map(([, , type, fixed, dynamic]): Import => {
      const target = fixed ?? dynamic ?? '';
      const isPackage = !target.startsWith('.');
      return {
        from,
        to: isPackage ? packageName(target) : relative(root, resolve(root, dirname(from), target)),
        isPackage,
        typeOnly: type !== undefined,
      };
    });
  });
}

export function sourceFiles(): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.includes('generated'),
  );
}

function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
