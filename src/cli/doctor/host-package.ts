import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * Loads a package of the host from the current folder; `undefined` if it is not installed.
 *
 * @throws the package's own error if loading it fails.
 */
export function hostPackage(name: string): Readonly<Record<string, unknown>> | undefined {
  const require = createRequire(join(process.cwd(), 'package.json'));
  try {
    require.resolve(name);
  } catch {
    return undefined;
  }
  return Object(require(name));
}
