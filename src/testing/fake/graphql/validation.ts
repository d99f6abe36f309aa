/** How one message of graphql-js reads in Shopify. Names in angle brackets are groups of the pattern. */
interface ValidationRule {
  readonly pattern: RegExp;
  /** `extensions.code`. */
  readonly code: string;
  readonly message: string;
  /** What `extensions` holds besides. */
  readonly extensions: Readonly<Record<string, string>>;
}

const rule = (
  pattern: RegExp,
  code: string,
  message: string,
  extensions: ValidationRule['extensions'],
): ValidationRule => ({ pattern, code, message, extensions });

/** The shapes are those of graphql-ruby, which Shopify runs. */
export const validationRules: readonly ValidationRule[] = [
  rule(
    /^Cannot query field "(?<field>.+?)" on type "(?<type>.+?)"/,
    'undefinedField',
    "Field '<field>' doesn't exist on type '<type>'",
    { typeName: '<type>', fieldName: '<field>' },
  ),
  rule(
    /^Unknown argument "(?<argument>.+?)" on field ".+?\.(?<name>.+?)"/,
    'argumentNotAccepted',
    "Field '<name>' doesn't accept argument '<argument>'",
    { name: '<name>', typeName: 'Field', argumentName: '<argument>' },
  ),
  rule(
    /^Unknown argument "(?<argument>.+?)" on directive "@(?<name>.+?)"/,
    'argumentNotAccepted',
    "Directive '<name>' doesn't accept argument '<argument>'",
    { name: '<name>', typeName: 'Directive', argumentName: '<argument>' },
  ),
  rule(
    /^Argument "@(?<name>.+?)\((?<argument>.+?):\)" of type ".+?" is required/,
    'missingRequiredArguments',
    "Directive '<name>' is missing required arguments: <argument>",
    { className: 'Directive', name: '<name>', arguments: '<argument>' },
  ),
  rule(
    /^Argument ".+?\.(?<name>.+?)\((?<argument>.+?):\)" of type ".+?" is required/,
    'missingRequiredArguments',
    "Field '<name>' is missing required arguments: <argument>",
    { className: 'Field', name: '<name>', arguments: '<argument>' },
  ),
  rule(
    /^Field "(?<field>.+?)" must not have a selection since type "\[*(?<type>\w+)/,
    'selectionMismatch',
    "Selections can't be made on scalars (field '<field>' returns <type>)",
    { nodeName: "field '<field>'", typeName: '<type>' },
  ),
  rule(
    /^Field "(?<field>.+?)" of type "\[*(?<type>\w+).*?" must have a(?: selection of subfields|t least one field)/,
    'selectionMismatch',
    "Field must have selections (field '<field>' returns <type> but has no selections. Did you mean '<field> { ... }'?)",
    { nodeName: "field '<field>'", typeName: '<type>' },
  ),
  rule(
    /^Variable "\$(?<name>.+?)" is not defined(?: by operation "(?<operation>.+?)")?/,
    'variableNotDefined',
    'Variable $<name> is used by <operation> but not declared',
    { variableName: '<name>' },
  ),
  rule(
    /^Variable "\$(?<name>.+?)" is never used(?: in operation "(?<operation>.+?)")?/,
    'variableNotUsed',
    'Variable $<name> is declared by <operation> but not used',
    { variableName: '<name>' },
  ),
  rule(
    /^Variable "\$(?<name>.+?)" of type "(?<type>.+?)" used in position expecting type "(?<expected>.+?)"/,
    'variableMismatch',
    'Type mismatch on variable $<name> (<type> / <expected>)',
    { variableName: '<name>', typeName: '<type>' },
  ),
  rule(/^Unknown directive "@(?<name>.+?)"/, 'undefinedDirective', 'Directive @<name> is not defined', {
    directiveName: '<name>',
  }),
  rule(/^Unknown fragment "(?<name>.+?)"/, 'useAndDefineFragment', 'Fragment <name> was used, but not defined', {
    fragmentName: '<name>',
  }),
  rule(/^Fragment "(?<name>.+?)" is never used/, 'useAndDefineFragment', 'Fragment <name> was defined, but not used', {
    fragmentName: '<name>',
  }),
];
