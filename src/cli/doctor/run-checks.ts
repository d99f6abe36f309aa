import { isShopwrightError } from '../../errors/errors.ts';
import { linkSignal } from '../../internal/abort.ts';
import type { Clock } from '../../internal/clock.ts';
import { bareMessage, redactText } from '../../internal/redact.ts';
import {
  type Check,
  type FindingId,
  findingKinds,
  type Outcome,
  type Outcomes,
  type Severity,
  skipAll,
} from './findings.ts';

/** A problem that a check found. */
export interface Finding {
  readonly id: FindingId;
  readonly severity: Severity;
  /** What is wrong, and where. */
  readonly message: string;
  readonly fix: string;
  /** A heading in the documentation that the package contains. */
  readonly link: string;
}

/** Result of all checks. */
export interface DoctorReport {
  /** Errors first. */
  readonly findings: readonly Finding[];
  /** Checks that found nothing. */
  readonly passed: readonly FindingId[];
  /** Checks that could not run, and why. */
  readonly skipped: readonly { readonly id: FindingId; readonly reason: string }[];
}

/** Milliseconds for each check; all run side by side, so the whole takes no longer than 10 s. */
const checkLimitMs = 8_000;

/** Settings for running the checks. */
interface RunSettings {
  readonly clock: Clock;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Removes secrets from a text. */
  readonly scrub: (text: string) => string;
}

/**
 * Runs all checks side by side, each with a time limit. One that fails or takes too long is skipped, with the reason.
 *
 * @throws The reason of `signal`.
 */
export async function runChecks(checks: readonly Check[], settings: RunSettings): Promise<DoctorReport> {
  const results = await Promise.all(checks.map((check) => runCheck(check, settings)));
  const findings: Finding[] = [];
  const passed: FindingId[] = [];
  const skipped: { readonly id: FindingId; readonly reason: string }[] = [];
  for (const id of Object.keys(findingKinds) as FindingId[]) {
    const outcome = outcomeOf(id, checks, results);
    if (!outcome) {
      passed.push(id);
    } else if ('skipped' in outcome) {
      skipped.push({ id, reason: settings.scrub(outcome.skipped) });
    } else {
      const { severity, fix } = findingKinds[id];
      const message = settings.scrub(outcome.found);
      findings.push({ id, severity: outcome.severity ?? severity, message, fix, link: `docs/doctor.md#${id}` });
    }
  }
  findings.sort((one, other) => Number(other.severity === 'error') - Number(one.severity === 'error'));
  return { findings, passed, skipped };
}

/** Combines checks about one id, such as those of two stores: a finding comes first, then a pass, then a skip. */
function outcomeOf(id: FindingId, checks: readonly Check[], results: readonly Outcomes[]): Outcome | undefined {
  const outcomes = results.flatMap((result) => result[id] ?? []);
  const found = outcomes.find((outcome) => 'found' in outcome);
  if (found) return found;
  const hasPassed = checks.some(({ ids }, index) => ids.includes(id) && !results[index]?.[id]);
  return hasPassed ? undefined : outcomes[0];
}

async function runCheck(check: Check, { clock, signal }: RunSettings): Promise<Outcomes> {
  const late = new Error(`it took longer than ${checkLimitMs / 1_000} s`);
  const limit = linkSignal(clock, signal, checkLimitMs, () => late);
  try {
    return await limit.until(check.run(limit.signal));
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return skipAll(check.ids, error === late ? late.message : `it failed with ${describeError(error)}`);
  } finally {
    limit.release();
  }
}

/** Returns what went wrong, without a full stop and without details a driver may have added. */
export function describeError(error: unknown): string {
  const text = redactText(bareMessage(error)).replace(/\.+$/, '');
  return isShopwrightError(error) ? `${error.code}: ${text}` : text;
}
