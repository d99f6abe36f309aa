// Runs npm scripts one after another, and then a Node program with the arguments that are left; stops at the first
// that fails. What `&&` does in a shell, on every platform:
//
//   node .ci/tools/steps.ts lint typecheck
//   node .ci/tools/steps.ts build:js -- dist/cli/shopwright.js demo --verbose
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { npm, root } from './programs.ts';

const args = process.argv.slice(2);
const end = args.indexOf('--');
const scripts = end < 0 ? args : args.slice(0, end);
const [program, ...programArgs] = end < 0 ? [] : args.slice(end + 1);

for (const script of scripts) {
  if (scripts.length > 1) console.error(`== npm run ${script}`);
  try {
    npm(['run', '--silent', script], { show: true });
  } catch {
    // The script has already printed the problem.
    console.error(`!! npm run ${script} failed`);
    process.exit(1);
  }
}
if (program) {
  const file = resolve(root, program);
  process.argv = [process.execPath, file, ...programArgs];
  await import(pathToFileURL(file).href);
}
