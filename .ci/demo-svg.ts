// Draws the output of `shopwright demo` as docs/images/demo.svg: `npm run demo:svg`, after a build. With `--check` it
// writes nothing, and fails if the committed drawing shows something else. Numbers vary from run to run, and are not
// compared.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tools/programs.ts';

const file = join(root, 'docs/images/demo.svg');
const mostBytes = 60_000;

/** What the demo printed, and showed temporarily. */
async function demo(): Promise<readonly string[]> {
  const child = spawn(process.execPath, [join(root, 'dist/cli/shopwright.js'), 'demo'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    process.stdout.write(part);
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`The demo ended with ${code}.`);
  return text.trimEnd().split('\n');
}

const charWidth = 8.4;
const lineHeight = 18;
const padding = 16;

/** Milliseconds before a line appears: a command is typed, an empty line is a pause. */
const pausesMs = { command: 900, empty: 400, other: 160 };

/** The style of a terminal line, by its first characters. */
const kinds: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^\$ /, 'command'],
  [/^\s*\+ /, 'added'],
  [/^\s*~ /, 'changed'],
  [/^\s*[-!] /, 'removed'],
  [/^\s*\? /, 'drifted'],
  [/^[█░]/, 'bar'],
];

/** On a light and a dark background, each with a contrast of at least 4.5 to 1. */
const palette: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  rect: ['#f6f8fa', '#0d1117'],
  text: ['#1f2328', '#e6edf3'],
  '.added': ['#116329', '#7ee787'],
  '.changed': ['#7d4e00', '#f2cc60'],
  '.removed': ['#a40e26', '#ffa198'],
  '.drifted': ['#8250df', '#d2a8ff'],
  '.bar': ['#0550ae', '#79c0ff'],
};

const colours = (theme: 0 | 1): string =>
  Object.entries(palette)
    .map(([what, fills]) => `${what} { fill: ${fills[theme]} }`)
    .join('\n');

const title = 'shopwright demo: plan, apply, a killed process, and an undo';
const description =
  'Recorded in a terminal, on a fake Shopify. A plan lists each change of a catalogue before it happens. Half-way through ' +
  'apply the process is killed; the same command goes on, and no mutation is sent twice. No call is throttled, while a ' +
  'naive loop beside it is, again and again. A corrected option value keeps its variant and stock, and a title that a ' +
  'merchant changed meanwhile stays. Two rollbacks put the shop back as it was.';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function drawing(lines: readonly string[]): string {
  let atMs = 0;
  const texts = lines.map((line, index) => {
    const kind = kinds.find(([pattern]) => pattern.test(line))?.[1] ?? 'plain';
    atMs += kind === 'command' ? pausesMs.command : line === '' ? pausesMs.empty : pausesMs.other;
    if (line === '') return '';
    const y = padding + 14 + index * lineHeight;
    // Of that width in any font.
    const width = (line.length * charWidth).toFixed(1);
    const indent = line.length - line.trimStart().length;
    const x = (padding + indent * charWidth).toFixed(1);
    const length = (Number(width) - indent * charWidth).toFixed(1);
    const style = `animation-delay:${(atMs / 1_000).toFixed(2)}s`;
    return `<text class="${kind}" x="${x}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs" style="${style}">${escaped(line.trimStart())}</text>\n`;
  });
  const width = Math.ceil(80 * charWidth + 2 * padding);
  const height = lines.length * lineHeight + 2 * padding;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">
<title id="title">${escaped(title)}</title>
<desc id="description">${escaped(description)}</desc>
<style>
${colours(0)}
@media (prefers-color-scheme: dark) {
${colours(1)}
}
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; animation: appear .2s both }
.command { font-weight: bold }
@keyframes appear { from { opacity: 0 } to { opacity: 1 } }
@media (prefers-reduced-motion: reduce) { text { animation: none } }
</style>
<rect width="100%" height="100%" rx="8"/>
${texts.join('')}</svg>
`;
}

/** The part that is the same in each run: without numbers, bars, and line breaks, which numbers move. */
const story = (svg: string): string =>
  svg
    .replaceAll(/<(?:text|svg) [^>]*?(?: class="\w+")?[^>]*>/g, '')
    .replaceAll('</text>', '')
    .replaceAll(/[█░]+/g, '▒')
    .replaceAll(/\d+(?:[.,]\d+)*/g, '0')
    .replaceAll(/\s+/g, ' ');

/** The first place where two texts differ, with the text around it. */
function difference(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 120);
  return `  committed: …${around(one)}…\n  printed:   …${around(other)}…`;
}

async function draw(): Promise<string> {
  const made = drawing(await demo());
  if (Buffer.byteLength(made) > mostBytes) throw new Error(`The drawing has more than ${mostBytes} bytes.`);
  return made;
}

async function check(): Promise<void> {
  const committed = story(readFileSync(file, 'utf8'));
  const told: string[] = [];
  // A single difference may be chance. Two in a row mean that the drawing is out of date.
  for (let run = 0; run < 2; run += 1) {
    const printed = story(await draw());
    if (printed === committed) {
      console.log('\nok docs/images/demo.svg shows what the demo prints');
      return;
    }
    told.push(difference(committed, printed));
  }
  console.error(`\n!! docs/images/demo.svg does not show what the demo prints:\n${told.join('\n')}`);
  console.error('Run `npm run demo:svg` and commit it.');
  process.exitCode = 1;
}

if (process.argv.includes('--check')) await check();
else {
  const made = await draw();
  writeFileSync(file, made);
  console.log(`\n${file}: ${(Buffer.byteLength(made) / 1_000).toFixed(1)} KB`);
}
