; Captures are Neovim's; where several match a node, the last one counts.

(identifier) @variable

(comment) @spell

(comment) @comment

; Heads

[
  "workflow"
  "wfc"
] @keyword

(workflow
  name: (identifier) @module)

(metadata
  [
    "description"
    "version"
    "slug"
  ] @keyword)

[
  "tools"
  "type"
  "returns"
  "input"
  "secret"
  "env"
  "var"
  "policy"
  "constraints"
  "allow"
  "let"
  "set"
] @keyword

[
  "on"
  "manual"
  "schedule"
  "webhook"
  "event"
  "failure"
  "verify"
] @keyword

(trigger
  "in" @keyword)

(trigger
  verify: (identifier) @constant)

; Steps

[
  "agent"
  "agent_message"
  "bash"
  "approval"
  "tool"
  "call"
  "wait"
] @function.builtin

[
  "if"
  "else"
  "switch"
  "case"
  "default"
] @keyword.conditional

[
  "for"
  "while"
  "repeat"
  "until"
  "max"
  "index"
  "collect"
] @keyword.repeat

[
  (break_step)
  (continue_step)
] @keyword.repeat

(for_step
  "in" @keyword.repeat)

[
  "parallel"
  "branch"
] @keyword.coroutine

[
  "try"
  "catch"
  "finally"
  "fail"
  "on_error"
  "compensate"
] @keyword.exception

"return" @keyword.return

[
  "with"
  "when"
  "key"
] @keyword

(wait_step
  [
    "for"
    "until"
    "event"
  ] @keyword)

(word) @constant

; Expressions

(binary_expression
  operator: "in" @keyword.operator)

(call
  function: (variable
    (identifier) @function.call))

(member
  member: (_) @variable.member)

; A call's member is a method.
(call
  function: (member
    member: (identifier) @function.method.call))

((variable
  (identifier) @module.builtin)
  (#any-of? @module.builtin "inputs" "steps" "secrets" "env" "trigger" "execution" "workflow"))

((call
  function: (member
    object: (variable
      (identifier) @module)
    member: (identifier) @function.call))
  (#any-of? @module "base64" "cel" "json" "lists" "math" "optional" "regex" "sets" "strings"))

((call
  function: (variable
    (identifier) @function.builtin))
  (#any-of? @function.builtin
    "bool" "bytes" "double" "duration" "dyn" "has" "int" "matches" "now" "size" "string" "timestamp" "type" "uint"))

((call
  function: (member
    member: (identifier) @function.macro))
  (#any-of? @function.macro
    "all" "exists" "exists_one" "existsOne" "filter" "map" "optFlatMap" "optMap" "transformList" "transformMap"
    "transformMapEntry" "bind"))

; Names and fields

(step
  name: (identifier) @variable)

(type_declaration
  name: (identifier) @type.definition)

(input_declaration
  name: (identifier) @variable.parameter)

(secret_declaration
  name: (identifier) @variable.parameter)

(env_declaration
  name: (identifier) @constant)

(variable_declaration
  name: (_) @variable)

(for_step
  item: (identifier) @variable.parameter)

(for_step
  index: (identifier) @variable.parameter)

(catch
  error: (identifier) @variable.parameter)

(branch
  name: (identifier) @label)

(tool_step
  tool: (path
    (identifier) @function.call))

(call_step
  workflow: (path
    (identifier) @function.call))

(fail_step
  code: (path
    (identifier) @constant))

(option
  name: (identifier) @property)

(type_option
  name: _ @property)

(block_option
  name: _ @property)

(pair
  key: (identifier) @property)

(pair
  key: (extension_name) @property)

(field_type
  name: (identifier) @property)

(extension
  name: (extension_name) @property)

; Words that fields hold: `on_timeout: deny`.
((option
  name: (identifier) @property
  value: (variable
    (identifier) @constant))
  (#any-of? @property
    "on_timeout" "on_deny" "on_limit" "on_interrupt" "on_overlap" "catch_up" "join" "parse" "method" "verify"))

; Types

(named_type
  (identifier) @type)

(generic_type
  name: (identifier) @type.builtin)

((named_type
  (identifier) @type.builtin)
  (#any-of? @type.builtin
    "any" "bool" "bytes" "double" "duration" "int" "list" "map" "null" "string" "timestamp" "uint"))

(schema_type
  "schema" @keyword.type)

; Literals

(string) @string

(bytes) @string

(escape_sequence) @string.escape

(interpolation) @none

(interpolation
  [
    "{{"
    "}}"
  ] @punctuation.special)

; Strings that are something else.
(pair
  key: (string) @property)

(option
  name: (string) @property)

(field_type
  name: (string) @property)

(branch
  name: (string) @label)

(step
  name: (string) @variable)

(workflow
  title: (string) @string.documentation)

(metadata
  "description"
  (string) @string.documentation)

(trigger
  cron: (string) @string.special)

(trigger
  path: (string) @string.special.path)

(tools_declaration
  (string) @string.special.path)

(call_step
  workflow: (string) @string.special.path)

(tool_step
  tool: (string) @function.call)

((call
  function: (member
    member: (identifier) @_matches)
  arguments: (arguments
    (string) @string.regexp))
  (#eq? @_matches "matches"))

(integer) @number

(float) @number.float

(duration) @number

(negative
  "-" @number)

(edition
  (integer) @number)

[
  (true)
  (false)
] @boolean

(null) @constant.builtin

; Signs

[
  "="
  "=="
  "!="
  "<"
  "<="
  ">"
  ">="
  "&&"
  "||"
  "!"
  "+"
  "-"
  "*"
  "/"
  "%"
  "|"
] @operator

(ternary_expression
  [
    "?"
    ":"
  ] @keyword.conditional.ternary)

(nullable_type
  "?" @operator)

(field_type
  "?" @operator)

(pair
  "?" @operator)

[
  "("
  ")"
  "["
  "]"
  "{"
  "}"
] @punctuation.bracket

(generic_type
  [
    "<"
    ">"
  ] @punctuation.bracket)

[
  ","
  "."
  ".?"
  ":"
] @punctuation.delimiter
