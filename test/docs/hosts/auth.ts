// What docs/auth.md takes for granted.
export { default as express } from 'express';
export { verifyAppProxy, verifyOAuthQuery, verifySessionToken, verifyShop } from 'shopwright/auth';
export declare const readStateCookie: (request: Request) => string | undefined;
export declare const request: Request;
export declare const shop: string;
