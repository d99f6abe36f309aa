// @ts-nocheck
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * Loads a package of the host's, from the folder that the command runs in; `undefined` where it is not installed.
 *
 * @throws What the package throws while it is loaded.
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
