type NodeCrypto = typeof import('node:crypto');

function findNodeCrypto(): NodeCrypto | undefined {
  try {
    return globalThis.process?.getBuiltinModule?.('node:crypto');
  } catch {
    // The `process` of Next's edge runtime throws if a Node API is read from it.
    return undefined;
  }
}

/**
 * node:crypto, or `undefined` if there is none, such as in an edge runtime. Looked up instead of imported, so that the
 * same module loads in both.
 */
export const nodeCrypto: NodeCrypto | undefined = /* @__PURE__ */ findNodeCrypto();
