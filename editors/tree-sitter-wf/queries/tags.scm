(workflow
  name: (identifier) @name) @definition.module

(input_declaration
  name: (identifier) @name) @definition.constant

(type_declaration
  name: (identifier) @name) @definition.type

(variable_declaration
  name: (_) @name) @definition.constant

(step
  name: (_) @name) @definition.function

(branch
  name: (_) @name) @definition.function

(call_step
  workflow: (_) @name) @reference.call

(tool_step
  tool: (_) @name) @reference.call

(named_type
  (identifier) @name) @reference.type
