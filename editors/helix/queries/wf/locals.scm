[
  (workflow)
  (for_step)
  (while_step)
  (repeat_step)
  (catch)
] @local.scope

(step
  name: (identifier) @local.definition.variable)

(set_step
  name: (identifier) @local.definition.variable)

(variable_declaration
  name: (identifier) @local.definition.variable)

(input_declaration
  name: (identifier) @local.definition.variable.parameter)

(for_step
  item: (identifier) @local.definition.variable.parameter)

(for_step
  index: (identifier) @local.definition.variable.parameter)

(catch
  error: (identifier) @local.definition.variable.parameter)

(variable
  (identifier) @local.reference)
