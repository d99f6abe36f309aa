// @ts-nocheck
// Fails on known vulnerabilities of what users install. A registry without an audit endpoint cannot be
// asked: the output says so, and it is not a failure of the code.
import { npm } from './tools/programs.ts';

interface AuditReport {
  readonly metadata?: { readonly vulnerabilities?: { readonly total: number } };
}

/** npm exits with 1 when it found something, and when it could not ask. */
function audit(): string {
  try {
    return npm(['audit', '--omit=dev', '--json']);
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return String(error.stdout);
    throw error;
  }
}

const text = audit();
const found = (JSON.parse(text || '{}') as AuditReport).metadata?.vulnerabilities;
if (!found) {
  console.log('!! NOT AUDITED: this registry has no audit endpoint');
} else if (found.total > 0) {
  console.log(text);
  process.exit(1);
} else {
  console.log('no known vulnerabilities');
}
