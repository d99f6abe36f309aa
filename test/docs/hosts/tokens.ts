/** What the page takes for granted. */
export declare const error: unknown;
