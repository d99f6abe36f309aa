/** Shopify's tokens and secrets all start with one of these prefixes. */
const secretPattern = /\bshp(?:at|ca|pa|ss|ua|tka|rt)_[A-Za-z0-9_-]+|\batkn_[A-Za-z0-9_.-]+/g;

/** Replaces everything that looks like a Shopify token or secret. */
export function redactText(text: string): string {
  return text.replace(secretPattern, '[redacted]');
}

/** Redis appends the first arguments to the error for an unknown command. */
const quotedArguments = /,? with args beginning with:[\s\S]*$/;

/** The message of a Redis client's error, without the arguments of the command. */
export function bareMessage(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(quotedArguments, '');
}

/**
 * Makes a client's error safe to be the cause of one of ours: keeps its name, message, code and stack frames. ioredis
 * attaches the command with all its arguments to its errors, and `pg` the rejected row; printing an error also prints
 * its causes.
 */
export function bareCause(error: unknown, message: string = bareMessage(error)): Error {
  const bare = new Error(redactText(message));
  if (!(error instanceof Error)) return bare;
  const { name, stack = '' } = error;
  const code: unknown = Reflect.get(error, 'code');
  Object.defineProperty(bare, 'name', { value: name, configurable: true, writable: true });
  // Only the frames: a stack starts with the original message.
  bare.stack = [`${name}: ${bare.message}`, ...stack.split('\n').filter((line) => /^\s+at /.test(line))].join('\n');
  return code === undefined ? bare : Object.assign(bare, { code });
}
