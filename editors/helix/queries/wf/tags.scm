(workflow
  name: (identifier) @definition.module)

(step
  name: (_) @definition.function)

(input_declaration
  name: (identifier) @definition.constant)

(type_declaration
  name: (identifier) @definition.type)
