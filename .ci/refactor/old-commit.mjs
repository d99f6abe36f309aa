/** The last commit before the restructuring. */
export const oldCommit = '8fdfb16';
