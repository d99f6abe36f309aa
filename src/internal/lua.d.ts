/** Scripts that Redis runs. The build, the tests and `.ci/tools/lua-as-text.mjs` import them as text. */
declare module '*.lua' {
  const script: string;
  export default script;
}
