/**
 * node:crypto, or `undefined` where there is none, as in an edge runtime. Asked for and not imported, so that
 * one and the same module loads in both.
 */
export const nodeCrypto: typeof import('node:crypto') | undefined =
  /* @__PURE__ */ globalThis.process?.getBuiltinModule?.('node:crypto');
