import { type GraphQLError, Lexer, Source, type Token, TokenKind } from 'graphql';
import type { LocatedErrorEntry } from './errors.ts';

// Shopify reads documents by graphql-ruby's parser in C, made by bison: it names the token that it did not expect, and
// those that it did, if these are at most four. Reported by users: COLON, RCURLY and VAR_SIGN. The others follow from
// the parser's grammar.

/** What the parser calls tokens. */
const tokenNames: Readonly<Record<string, string>> = {
  [TokenKind.BANG]: 'BANG',
  [TokenKind.DOLLAR]: 'VAR_SIGN',
  [TokenKind.AMP]: 'AMP',
  [TokenKind.PAREN_L]: 'LPAREN',
  [TokenKind.PAREN_R]: 'RPAREN',
  [TokenKind.SPREAD]: 'ELLIPSIS',
  [TokenKind.COLON]: 'COLON',
  [TokenKind.EQUALS]: 'EQUALS',
  [TokenKind.AT]: 'DIR_SIGN',
  [TokenKind.BRACKET_L]: 'LBRACKET',
  [TokenKind.BRACKET_R]: 'RBRACKET',
  [TokenKind.BRACE_L]: 'LCURLY',
  [TokenKind.PIPE]: 'PIPE',
  [TokenKind.BRACE_R]: 'RCURLY',
  [TokenKind.INT]: 'INT',
  [TokenKind.FLOAT]: 'FLOAT',
  [TokenKind.STRING]: 'STRING',
  [TokenKind.BLOCK_STRING]: 'STRING',
};

/** Names that are tokens of their own. */
const keywords: ReadonlySet<string> = new Set(
  'directive enum extend fragment implements input interface mutation on query repeatable scalar schema subscription union'.split(
    ' ',
  ),
);
const literals: ReadonlySet<string> = new Set(['false', 'null', 'true', 'type']);

function nameOf({ kind, value }: Token): string {
  if (kind !== TokenKind.NAME) return tokenNames[kind] ?? 'invalid token';
  if (keywords.has(value)) return value.toUpperCase();
  return literals.has(value) ? `${value.toUpperCase()}_LITERAL` : 'IDENTIFIER';
}

/** The entry for a text that does not parse. It names the token that is one too many, or the last one before the end. */
export function syntaxEntry(error: GraphQLError, text: string): LocatedErrorEntry {
  if (/more than \d+ tokens/.test(error.message))
    return { message: 'This query is too large to execute.', extensions: { code: 'PARSE_ERROR' } };
  const before: Token[] = [];
  const entry = (unexpected: string, at: Pick<Token, 'line' | 'column'> | undefined): LocatedErrorEntry => {
    const expected = expectedAfter(before);
    return {
      message:
        `syntax error, unexpected ${unexpected}` +
        (expected ? `, expecting ${expected}` : '') +
        (at ? ` at [${at.line}, ${at.column}]` : ''),
      ...(at && { locations: [{ line: at.line, column: at.column }] }),
      extensions: { code: 'PARSE_ERROR' },
    };
  };
  const lexer = new Lexer(new Source(text));
  try {
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
      if (token.start === error.positions?.[0]) return entry(written(nameOf(token), textOf(token, text)), token);
      before.push(token);
    }
  } catch {
    // A character that begins no token.
    const end = before.at(-1)?.end ?? 0;
    const start = end + (/^(?:[\s,\uFEFF]|#[^\n\r]*)*/.exec(text.slice(end))?.[0].length ?? 0);
    const lines = text.slice(0, start).split(/\r\n|[\n\r]/);
    const at = { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
    const [byte = 0] = Buffer.from(text.slice(start, start + 2));
    const character = byte < 0x80 ? JSON.stringify(text.charAt(start)) : `"\\x${byte.toString(16).toUpperCase()}"`;
    return entry(`invalid token (${character})`, at);
  }
  return entry('end of file', before.at(-1));
}

const textOf = ({ kind, value, start, end }: Token, text: string): string =>
  kind === TokenKind.STRING || kind === TokenKind.BLOCK_STRING ? value : text.slice(start, end);

/** What was written is added to names without an underscore only. */
const written = (name: string, value: string): string =>
  name.includes('_') ? name : `${name} (${JSON.stringify(value)})`;

/** An open bracket, or the document itself, with what comes next in it. */
interface Frame {
  readonly kind: 'document' | 'selections' | 'variables' | 'type' | 'arguments' | 'object' | 'list';
  /** `set`: a selection set, after a name and directives. `free`: too much to be listed. */
  next: 'free' | 'set' | 'on' | 'type' | 'name' | 'directive' | 'key' | 'colon' | 'value';
}

/** The tokens that may follow, where they are few. */
function expectedAfter(tokens: readonly Token[]): string | undefined {
  const stack: Frame[] = [{ kind: 'document', next: 'free' }];
  for (const [index, token] of tokens.entries()) read(token, tokens[index - 1], stack);
  const { kind, next } = stack.at(-1) ?? { kind: 'document', next: 'free' };
  if (next === 'colon') return 'COLON';
  if (next === 'on') return 'ON';
  if (next === 'set') return 'LCURLY';
  if (next !== 'key') return undefined;
  const isFirst = tokens.at(-1)?.kind === TokenKind.PAREN_L;
  if (kind === 'variables') return isFirst ? 'VAR_SIGN' : 'RPAREN or VAR_SIGN';
  if (kind === 'type') return 'RBRACKET';
  return kind === 'object' ? 'RCURLY' : undefined;
}

function read(token: Token, previous: Token | undefined, stack: Frame[]): void {
  const frame = stack.at(-1);
  if (!frame) return;
  const isOuter = frame.kind === 'document' || frame.kind === 'selections';
  switch (token.kind) {
    case TokenKind.BRACE_L:
      stack.push(isOuter ? { kind: 'selections', next: 'free' } : { kind: 'object', next: 'key' });
      if (isOuter) frame.next = 'free';
      break;
    case TokenKind.PAREN_L: {
      const isDefinition = frame.kind === 'document' && frame.next === 'set' && !isDirective.has(previous ?? token);
      stack.push({ kind: isDefinition ? 'variables' : 'arguments', next: 'key' });
      break;
    }
    case TokenKind.BRACKET_L:
      stack.push(frame.next === 'type' ? { kind: 'type', next: 'type' } : { kind: 'list', next: 'free' });
      break;
    case TokenKind.BRACE_R:
    case TokenKind.PAREN_R:
    case TokenKind.BRACKET_R: {
      stack.pop();
      const outer = stack.at(-1);
      if (outer && (outer.next === 'value' || outer.next === 'type')) ended(outer);
      break;
    }
    case TokenKind.COLON:
      if (frame.next === 'colon') frame.next = frame.kind === 'variables' ? 'type' : 'value';
      break;
    case TokenKind.EQUALS:
      frame.next = 'value';
      break;
    case TokenKind.AT:
      frame.next = frame.kind === 'variables' || frame.next === 'set' ? 'directive' : frame.next;
      break;
    case TokenKind.DOLLAR:
      if (frame.kind !== 'list') frame.next = 'name';
      break;
    case TokenKind.SPREAD:
      frame.next = 'set';
      break;
    case TokenKind.NAME:
      if (previous?.kind === TokenKind.AT) isDirective.add(token);
      readName(token.value, previous, frame);
      break;
    default:
      if (frame.next === 'value') ended(frame);
  }
}

/** Names of directives, among the tokens. */
const isDirective = new WeakSet<Token>();

function readName(name: string, previous: Token | undefined, frame: Frame): void {
  const isOuter = frame.kind === 'document' || frame.kind === 'selections';
  switch (frame.next) {
    case 'free':
      if (frame.kind === 'document') frame.next = name === 'fragment' ? 'on' : 'set';
      break;
    case 'set':
      // A fragment of its own, or one on a type.
      if (previous?.kind === TokenKind.SPREAD) frame.next = name === 'on' ? 'type' : 'free';
      break;
    case 'on':
      if (name === 'on') frame.next = 'type';
      break;
    case 'directive':
      frame.next = isOuter ? 'set' : 'key';
      break;
    case 'key':
      frame.next = 'colon';
      break;
    case 'name':
      frame.next = frame.kind === 'variables' ? 'colon' : 'key';
      break;
    case 'type':
    case 'value':
      ended(frame);
      break;
  }
}

/** A type or a value is complete. */
function ended(frame: Frame): void {
  frame.next = frame.kind === 'document' || frame.kind === 'selections' ? 'set' : 'key';
}
