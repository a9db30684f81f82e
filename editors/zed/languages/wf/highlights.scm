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
] @function.special

[
  "if"
  "else"
  "switch"
  "case"
  "default"
] @keyword

[
  "for"
  "while"
  "repeat"
  "until"
  "max"
  "index"
  "collect"
] @keyword

[
  (break_step)
  (continue_step)
] @keyword

(for_step
  "in" @keyword)

[
  "parallel"
  "branch"
] @keyword

[
  "try"
  "catch"
  "finally"
  "fail"
  "on_error"
  "compensate"
] @keyword

"return" @keyword

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
  operator: "in" @keyword)

(call
  function: (variable
    (identifier) @function))

(member
  member: (_) @property)

; A call's member is a method.
(call
  function: (member
    member: (identifier) @function.method))

((variable
  (identifier) @variable.special)
  (#any-of? @variable.special "inputs" "steps" "secrets" "env" "trigger" "execution" "workflow"))

((call
  function: (member
    object: (variable
      (identifier) @namespace)
    member: (identifier) @function))
  (#any-of? @namespace "base64" "cel" "json" "lists" "math" "optional" "regex" "sets" "strings"))

((call
  function: (variable
    (identifier) @function.special))
  (#any-of? @function.special
    "bool" "bytes" "double" "duration" "dyn" "has" "int" "matches" "now" "size" "string" "timestamp" "type" "uint"))

((call
  function: (member
    member: (identifier) @function.special))
  (#any-of? @function.special
    "all" "exists" "exists_one" "existsOne" "filter" "map" "optFlatMap" "optMap" "transformList" "transformMap"
    "transformMapEntry" "bind"))

; Names and fields

(step
  name: (identifier) @variable)

(type_declaration
  name: (identifier) @type)

(input_declaration
  name: (identifier) @variable)

(secret_declaration
  name: (identifier) @variable)

(env_declaration
  name: (identifier) @constant)

(variable_declaration
  name: (_) @variable)

(for_step
  item: (identifier) @variable)

(for_step
  index: (identifier) @variable)

(catch
  error: (identifier) @variable)

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
  name: (identifier) @type)

((named_type
  (identifier) @type)
  (#any-of? @type
    "any" "bool" "bytes" "double" "duration" "int" "list" "map" "null" "string" "timestamp" "uint"))

(schema_type
  "schema" @keyword)

; Literals

(string) @string

(bytes) @string

(escape_sequence) @string.escape

(interpolation) @embedded

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
  title: (string) @string)

(metadata
  "description"
  (string) @string)

(trigger
  cron: (string) @string.special)

(trigger
  path: (string) @string.special)

(tools_declaration
  (string) @string.special)

(call_step
  workflow: (string) @string.special)

(tool_step
  tool: (string) @function)

((call
  function: (member
    member: (identifier) @_matches)
  arguments: (arguments
    (string) @string.regex))
  (#eq? @_matches "matches"))

(integer) @number

(float) @number

(duration) @number

(negative
  "-" @number)

(edition
  (integer) @number)

[
  (true)
  (false)
] @boolean

(null) @constant

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
  ] @operator)

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
