/** Scripts for Redis. The build, the tests and `.ci/tools/text-files.mjs` import them as text. */
declare module '*.lua' {
  const script: string;
  export default script;
}

/** The page of the dashboard, imported as text in the same way. */
declare module '*.html' {
  const page: string;
  export default page;
}
