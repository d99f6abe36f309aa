// @ts-nocheck
type NodeCrypto = typeof import('node:crypto');

function findNodeCrypto(): NodeCrypto | undefined {
  try {
    return globalThis.process?.getBuiltinModule?.('node:crypto');
  } catch {
    // Next's edge runtime has a `process` that throws where it is asked for anything of Node.
    return undefined;
  }
}

/**
 * node:crypto, or `undefined` where there is none, as in an edge runtime. Asked for and not imported, so that
 * one and the same module loads in both.
 */
export const nodeCrypto: NodeCrypto | undefined = /* @__PURE__ */ findNodeCrypto();
