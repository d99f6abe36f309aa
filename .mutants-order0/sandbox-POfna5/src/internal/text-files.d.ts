/** Scripts that Redis runs. The build, the tests and `.ci/tools/text-files.mjs` import them as text. */
// @ts-nocheck

declare module '*.lua' {
  const script: string;
  export default script;
}

/** The page of the dashboard, imported as text in the same ways. */
declare module '*.html' {
  const page: string;
  export default page;
}
