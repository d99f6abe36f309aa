// Fails on known vulnerabilities of what users install. A registry without an audit endpoint cannot be
// asked: that is said, and is no failure of the code.
import { spawnSync } from 'node:child_process';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  shell: process.platform === 'win32',
});
const report = JSON.parse(stdout || '{}');
const found = report.metadata?.vulnerabilities;
if (!found) {
  console.log(`!! NOT AUDITED: this registry answers no audit`);
} else if (found.total > 0) {
  console.log(stdout);
  process.exit(1);
} else {
  console.log('no known vulnerabilities');
}
