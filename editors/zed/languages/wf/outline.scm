(workflow
  "workflow" @context
  name: (identifier) @name) @item

(type_declaration
  "type" @context
  name: (identifier) @name) @item

(input_declaration
  "input" @context
  name: (identifier) @name) @item

(variable_declaration
  "var" @context
  name: (_) @name) @item

(step
  "let" @context
  name: (_) @name) @item

(branch
  "branch" @context
  name: (_) @name) @item

(for_step
  "for" @context
  item: (identifier) @name) @item

(handler
  "on" @context
  [
    "failure"
    "finally"
  ] @name) @item
