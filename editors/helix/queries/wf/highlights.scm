; Made by editors/test/queries.mjs.

(identifier) @variable

(comment) @comment

; Heads

[
  "workflow"
  "wfc"
] @keyword

(workflow
  name: (identifier) @namespace)

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
] @keyword.control.conditional

[
  "for"
  "while"
  "repeat"
  "until"
  "max"
  "index"
  "collect"
] @keyword.control.repeat

[
  (break_step)
  (continue_step)
] @keyword.control.repeat

(for_step
  "in" @keyword.control.repeat)

[
  "parallel"
  "branch"
] @keyword.control

[
  "try"
  "catch"
  "finally"
  "fail"
  "on_error"
  "compensate"
] @keyword.control.exception

"return" @keyword.control.return

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
    (identifier) @function))

(member
  member: (_) @variable.other.member)

; A call's member is a method.
(call
  function: (member
    member: (identifier) @function.method))

((variable
  (identifier) @variable.builtin)
  (#any-of? @variable.builtin "inputs" "steps" "secrets" "env" "trigger" "execution" "workflow"))

((call
  function: (member
    object: (variable
      (identifier) @namespace)
    member: (identifier) @function))
  (#any-of? @namespace "base64" "cel" "json" "lists" "math" "optional" "regex" "sets" "strings"))

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
  name: (identifier) @type)

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
    (identifier) @function))

(call_step
  workflow: (path
    (identifier) @function))

(fail_step
  code: (path
    (identifier) @constant))

(option
  name: (identifier) @variable.other.member)

(type_option
  name: _ @variable.other.member)

(block_option
  name: _ @variable.other.member)

(pair
  key: (identifier) @variable.other.member)

(pair
  key: (extension_name) @variable.other.member)

(field_type
  name: (identifier) @variable.other.member)

(extension
  name: (extension_name) @variable.other.member)

; Words that fields hold: `on_timeout: deny`.
((option
  name: (identifier) @variable.other.member
  value: (variable
    (identifier) @constant))
  (#any-of? @variable.other.member
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
  "schema" @keyword.storage.type)

; Literals

(string) @string

(bytes) @string

(escape_sequence) @constant.character.escape

(interpolation) @none

(interpolation
  [
    "{{"
    "}}"
  ] @punctuation.special)

; Strings that are something else.
(pair
  key: (string) @variable.other.member)

(option
  name: (string) @variable.other.member)

(field_type
  name: (string) @variable.other.member)

(branch
  name: (string) @label)

(step
  name: (string) @variable)

(workflow
  title: (string) @string)

(metadata
  "description"
  (string) @string)

(trigger
  cron: (string) @string.special)

(trigger
  path: (string) @string.special.path)

(tools_declaration
  (string) @string.special.path)

(call_step
  workflow: (string) @string.special.path)

(tool_step
  tool: (string) @function)

((call
  function: (member
    member: (identifier) @_matches)
  arguments: (arguments
    (string) @string.regexp))
  (#eq? @_matches "matches"))

(integer) @constant.numeric.integer

(float) @constant.numeric.float

(duration) @constant.numeric.integer

(negative
  "-" @constant.numeric.integer)

(edition
  (integer) @constant.numeric.integer)

[
  (true)
  (false)
] @constant.builtin.boolean

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
  ] @keyword.operator)

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
