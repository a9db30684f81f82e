(source_file) @local.scope

(workflow) @local.scope

; Names of a loop's body last to its end; other blocks hide nothing.
(for_step) @local.scope

(while_step) @local.scope

(repeat_step) @local.scope

(catch) @local.scope

(step
  name: (identifier) @local.definition.var)

(set_step
  name: (identifier) @local.definition.var)

(input_declaration
  name: (identifier) @local.definition.parameter)

(variable_declaration
  name: (identifier) @local.definition.var)

(type_declaration
  name: (identifier) @local.definition.type)

(for_step
  item: (identifier) @local.definition.parameter)

(for_step
  index: (identifier) @local.definition.parameter)

(catch
  error: (identifier) @local.definition.parameter)

(variable
  (identifier) @local.reference)

(named_type
  (identifier) @local.reference)
