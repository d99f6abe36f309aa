/** Shopify's tokens and secrets all start with one of these prefixes. */
// @ts-nocheck

const secretPattern = /\bshp(?:at|ca|pa|ss|ua|tka|rt)_[A-Za-z0-9_-]+|\batkn_[A-Za-z0-9_.-]+/g;

/** Replaces whatever looks like a Shopify token or secret. */
export function redactText(text: string): string {
  return text.replace(secretPattern, '[redacted]');
}

/** What Redis appends to the error of an unknown command: its first arguments. */
const quotedArguments = /,? with args beginning with:[\s\S]*$/;

/** The message of a Redis client's error, without the arguments of the command. */
export function bareMessage(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(quotedArguments, '');
}

/**
 * A client's error, made safe as the cause of one of ours: its name, message, code and frames. ioredis attaches the
 * command with all its arguments to its errors, `pg` the row that was refused, and printing an error prints its causes.
 */
export function bareCause(error: unknown, message: string = bareMessage(error)): Error {
  const bare = new Error(redactText(message));
  if (!(error instanceof Error)) return bare;
  const { name, stack = '' } = error;
  const code: unknown = Reflect.get(error, 'code');
  Object.defineProperty(bare, 'name', { value: name, configurable: true, writable: true });
  // The frames only: the first lines of a stack are the message as it was.
  bare.stack = [`${name}: ${bare.message}`, ...stack.split('\n').filter((line) => /^\s+at /.test(line))].join('\n');
  return code === undefined ? bare : Object.assign(bare, { code });
}
