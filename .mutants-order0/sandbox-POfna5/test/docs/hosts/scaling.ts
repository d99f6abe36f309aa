// @ts-nocheck
// What docs/scaling.md takes for granted.
export declare const clientId: string;
export declare const clientSecret: string;
