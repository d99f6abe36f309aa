// @ts-nocheck
// Fails where the generated types differ from what their operations and the schema make today.
import { git, npm } from './tools/programs.ts';

npm(['run', '--silent', 'codegen'], { show: true });
const changed = git(['status', '--porcelain', '--', ':(glob)src/**/generated/**']);
if (changed) {
  console.error(`Generated files are out of date. Run "npm run codegen" and commit them:\n${changed}`);
  process.exit(1);
}
