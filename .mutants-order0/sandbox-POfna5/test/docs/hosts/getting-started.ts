// @ts-nocheck
// What docs/getting-started.md takes for granted: nothing.
export {};
