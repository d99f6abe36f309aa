import { type Figures, linesOf, type RaceResult } from './result.ts';

/** Prints the medians of one race as a table, and whether shopwright meets its targets. */
export function print(result: RaceResult): void {
  console.log(`\n## ${result.race}`);
  if (result.note !== undefined) console.log(result.note);
  const lines = linesOf(result);
  const [first] = lines;
  if (!first) return;
  const keys = [...new Set(lines.flatMap((line) => Object.keys(line.figures)))];
  const rows = [
    ['', ...keys],
    ...lines.map(({ contestant, figures }) => [contestant, ...keys.map((key) => shown(figures[key]))]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const text = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  console.log([text[0], rule, ...text.slice(1)].join('\n'));
  for (const line of verdicts(result)) console.log(line);
}

/** One line per target: the measured value, and whether it is met. */
export function verdicts(result: RaceResult): readonly string[] {
  const lines = linesOf(result);
  return Object.entries(result.targets ?? {}).map(([target, most]) => {
    const [contestant, key] = target.includes(': ') ? target.split(': ') : ['shopwright', target];
    const measured = lines.find((line) => line.contestant === contestant)?.figures[key ?? ''];
    const verdict = measured === undefined ? 'not measured' : measured <= most ? 'met' : 'NOT MET';
    return `${verdict}: ${target} ≤ ${most}, measured ${shown(measured)}`;
  });
}

function shown(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(Math.abs(value) < 10 ? 3 : 1);
}

/** Lines of JSON: one per run. */
export function jsonLines({ race, runs, note }: RaceResult): string {
  const lines: object[] = runs.map((run): { race: string; figures: Figures } => ({ race, ...run }));
  if (note !== undefined) lines.push({ race, note });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
