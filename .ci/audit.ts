// Fails on known vulnerabilities in packages that users install. If the registry has no audit endpoint, the output says
// so, and it does not count as a failure.
import { npm } from './tools/programs.ts';

interface AuditReport {
  readonly metadata?: { readonly vulnerabilities?: { readonly total: number } };
}

/** npm exits with 1 both for findings and if it could not ask. */
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
